import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`a batch of an application service’s events, ${engine}`, () => {
    let server: TestHomeserver
    let service: Client
    let roomId: string
    const registration = testRegistration()

    beforeEach(async () => {
      server = await testHomeserver({}, { registrations: [registration] }, engine)
      service = server.as(registration)
      for (const username of ['irc_a', 'irc_b']) {
        await service.post('register', { type: 'm.login.application_service', username, inhibit_login: true })
      }
      roomId = await service.createRoom({ preset: 'public_chat' })
      await service.post(`join/${encodeURIComponent(roomId)}?user_id=${encodeURIComponent('@irc_a:example.org')}`)
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const url = (): string => `/_matrix/client/unstable/pons.send_batch/rooms/${encodeURIComponent(roomId)}/send_batch`
    const message = (text: string, more: JsonObject = {}): JsonObject => ({
      type: 'm.room.message',
      txn_id: text,
      sender: '@irc_a:example.org',
      content: { msgtype: 'm.text', body: text },
      ...more,
    })
    const said = async (): Promise<JsonObject[]> => {
      const page = await service.get(service.room(roomId, 'messages?dir=f&limit=100'))
      return (page['chunk'] as JsonObject[]).filter(({ type }) => type === 'm.room.message')
    }
    const bodies = async (): Promise<unknown[]> =>
      (await said()).map(({ content }) => (content as { body?: string }).body)

    it('stores them in order, in the names and at the times given', async () => {
      const bot = message('two', { origin_server_ts: 1000 })
      delete bot['sender']
      const answer = await service.post(url(), {
        events: [message('one', { origin_server_ts: 2000 }), bot, message('three')],
      })
      const events = await said()
      assert.deepEqual(
        events.map(({ event_id: id }) => ({ event_id: id })),
        answer['events'],
      )
      assert.deepEqual(await bodies(), ['one', 'two', 'three'])
      assert.deepEqual(
        events.map(({ sender }) => sender),
        ['@irc_a:example.org', service.userId, '@irc_a:example.org'],
      )
      assert.deepEqual(
        events.slice(0, 2).map(({ origin_server_ts: ts }) => ts),
        [2000, 1000],
      )
    })

    it('answers what was stored before with the first event, also when it was sent alone', async () => {
      const { event_id: alone } = await service.put(
        `${service.room(roomId, 'send/m.room.message/one')}?user_id=${encodeURIComponent('@irc_a:example.org')}`,
        { msgtype: 'm.text', body: 'one' },
      )
      const first = await service.post(url(), { events: [message('one'), message('two')] })
      const again = await service.post(url(), { events: [message('one'), message('two'), message('three')] })
      assert.deepEqual((first['events'] as JsonObject[])[0], { event_id: alone })
      assert.deepEqual((again['events'] as JsonObject[]).slice(0, 2), first['events'])
      assert.deepEqual(await bodies(), ['one', 'two', 'three'])
    })

    it('keeps those before one that the room refuses, and stores nothing behind it', async () => {
      const outsider = message('two', { sender: '@irc_b:example.org' })
      const answer = await service.post(url(), { events: [message('one'), outsider, message('three')] })
      assert.equal((answer['events'] as JsonObject[]).length, 1)
      assert.equal((answer['refused'] as JsonObject)['errcode'], 'M_FORBIDDEN')
      assert.deepEqual(await bodies(), ['one'])
      await service.send(roomId, 'and on')
      assert.deepEqual(await bodies(), ['one', 'and on'])
    })

    it('is for application services alone, in the names of their own users', async () => {
      const alice = await server.register('alice')
      const attempt = (client: Client, events: JsonObject[]): Promise<string> =>
        client.refusal('POST', url(), { events })
      assert.equal(await attempt(alice, [message('one', { sender: alice.userId })]), '403 M_FORBIDDEN')
      assert.equal(await attempt(service, [message('one', { sender: alice.userId })]), '403 M_FORBIDDEN')
      assert.equal(await attempt(service, [message('one', { sender: '@irc_c:example.org' })]), '403 M_FORBIDDEN')
      assert.equal(await attempt(service, []), '400 M_BAD_JSON')
      const farAhead = Date.now() + 30 * 24 * 3600 * 1000
      assert.equal(await attempt(service, [message('one', { origin_server_ts: farAhead })]), '400 M_INVALID_PARAM')
      assert.deepEqual(await bodies(), [])
    })
  })
}
