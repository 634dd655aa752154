// What a registration gives a service, and nothing more.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

const ALICE = encodeURIComponent('@alice:example.org')

for (const engine of engines) {
  describe(`an application service on ${engine}`, () => {
    const registration = testRegistration()
    let server: TestHomeserver
    let alice: Client
    let service: Client
    let roomId: string

    before(async () => {
      server = await testHomeserver({ presence: true }, {}, engine)
      alice = await server.register('alice')
      roomId = await alice.createRoom({ preset: 'public_chat' })
      await server.homeserver.appservices.register(registration)
      service = server.as(registration)
      await service.post('register', { type: 'm.login.application_service', username: 'irc_nick', inhibit_login: true })
    })
    after(() => server[Symbol.asyncDispose]())

    const room = (): string => encodeURIComponent(roomId)
    const ofAlice: [method: string, path: () => string, body?: object][] = [
      ['GET', () => `user/${ALICE}/account_data/x`],
      ['PUT', () => `user/${ALICE}/account_data/x`, {}],
      ['GET', () => `user/${ALICE}/rooms/${room()}/account_data/x`],
      ['PUT', () => `user/${ALICE}/rooms/${room()}/account_data/x`, {}],
      ['GET', () => `user/${ALICE}/rooms/${room()}/tags`],
      ['PUT', () => `user/${ALICE}/rooms/${room()}/tags/x`, {}],
      ['DELETE', () => `user/${ALICE}/rooms/${room()}/tags/x`],
      ['POST', () => `user/${ALICE}/filter`, {}],
      ['GET', () => `user/${ALICE}/filter/1`],
      ['POST', () => `user/${ALICE}/openid/request_token`, {}],
      ['PUT', () => `profile/${ALICE}/displayname`, { displayname: 'taken over' }],
      ['PUT', () => `profile/${ALICE}/avatar_url`, { avatar_url: 'mxc://a/b' }],
      ['DELETE', () => `profile/${ALICE}/displayname`],
      ['PUT', () => `presence/${ALICE}/status`, { presence: 'online' }],
      ['PUT', () => `rooms/${room()}/typing/${ALICE}`, { typing: true, timeout: 1000 }],
    ]
    for (const [method, path, body] of ofAlice) {
      it(`cannot use ${method} ${path().replace(/rooms\/[^/]*/, 'rooms/…')} of a user who is not its own`, async () => {
        assert.equal(await service.refusal(method, path(), body), '403 M_FORBIDDEN')
        const nick = `${path()}?user_id=${encodeURIComponent('@irc_nick:example.org')}`
        assert.equal(await service.refusal(method, nick, body), '403 M_FORBIDDEN')
      })
    }

    for (const userId of [
      '@alice:example.org',
      '@irc_nick:elsewhere.org',
      '@ircbot:elsewhere.org',
      '@IRCBOT:example.org',
      '@xirc_nick:example.org',
      '@irc_unknown:example.org',
    ]) {
      it(`cannot act as ${userId}`, async () => {
        const url = `account/whoami?user_id=${encodeURIComponent(userId)}`
        assert.match(await service.refusal('GET', url), /^(403 M_FORBIDDEN|400 M_INVALID_PARAM)$/)
      })
    }

    it('has a say in the time of events, which nobody else has', async () => {
      await service.join(roomId)
      const sentTs = async (client: Client, query: string): Promise<number> => {
        const txn = Math.random().toString(36).slice(2)
        const { event_id: eventId } = await client.put(client.room(roomId, `send/m.room.message/${txn}${query}`), {
          a: 1,
        })
        const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(eventId as string)}`))
        return event['origin_server_ts'] as number
      }
      assert.equal(await sentTs(service, '?ts=1234567'), 1_234_567)
      assert.ok((await sentTs(alice, '?ts=1234567')) > 1_500_000_000_000)
      for (const ts of ['-1', '1.5', '1e3', '0x10', '99999999999999', '9007199254740993', 'x', '']) {
        const url = service.room(roomId, `send/m.room.message/t?ts=${ts}`)
        assert.equal(await service.refusal('PUT', url, {}), '400 M_INVALID_PARAM', `ts=${ts}`)
      }
      const stateUrl = alice.room(roomId, 'state/m.room.topic/?ts=1')
      const { event_id: stateId } = await alice.put(stateUrl, { topic: 'now' })
      const state = await alice.get(alice.room(roomId, `event/${encodeURIComponent(stateId as string)}`))
      assert.ok((state['origin_server_ts'] as number) > 1_500_000_000_000)
    })

    it('alone may register and list within its namespace', async () => {
      const body = { username: 'irc_other', auth: { type: 'm.login.dummy' }, password: 'long enough 123' }
      assert.equal(await server.anonymous.refusal('POST', 'register', body), '400 M_EXCLUSIVE')
      assert.equal(await server.anonymous.refusal('GET', 'register/available?username=irc_other'), '400 M_EXCLUSIVE')
      const listing = `directory/list/appservice/net/${room()}`
      assert.match(await alice.refusal('PUT', listing, { visibility: 'public' }), /^403 /)
      assert.match(
        await service.refusal('POST', 'register', { type: 'm.login.application_service', username: 'bob' }),
        /M_EXCLUSIVE$/,
      )
    })
  })
}

describe('tokens of an application service', () => {
  it('are in no URL, log line, answer or error', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const urls: string[] = []
    const peer = createServer((request, response) => {
      urls.push(request.url ?? '')
      assert.equal(request.headers.authorization, `Bearer ${registration.hs_token}`)
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ errcode: 'M_UNKNOWN' }))
    }).listen(0, '127.0.0.1')
    await once(peer, 'listening')
    const registration = testRegistration('irc', { url: `http://127.0.0.1:${(peer.address() as AddressInfo).port}` })
    await using server = await testHomeserver({}, { logger, registrations: [registration] })
    const service = server.as(registration)
    await service.createRoom()
    const answers = [
      await service.request('POST', '/_matrix/client/v1/appservice/irc/ping', {}),
      await service.request('GET', 'account/whoami?user_id=%40x%3Aexample.org'),
      await service.request('GET', `account/whoami?access_token=${registration.as_token}x`),
      await service.request('GET', 'thirdparty/protocols'),
      await server.anonymous.request('GET', `account/whoami?access_token=${registration.as_token}x`),
      await server.anonymous.request('GET', `unknown?access_token=${registration.as_token}`),
      await server.anonymous.request('GET', '/_matrix/client/versions'),
    ]
    const status = await server.homeserver.appservices.status()
    peer.close()
    peer.closeAllConnections()
    const told = [...lines, ...urls, JSON.stringify(answers), JSON.stringify(status)].join('\n')
    assert.ok(lines.length > 3 && urls.length > 0)
    assert.ok(!told.includes(registration.as_token) && !told.includes(registration.hs_token))
  })
})
