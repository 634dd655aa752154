import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration } from '../support.ts'

for (const engine of engines) {
  describe(`what waits for a service that is away, on ${engine}`, () => {
    it('is bounded but for events, device by device, and the newest of it comes', async () => {
      await using server = await testHomeserver({ rate_limit: null }, {}, engine)
      const { appservices, services } = server.homeserver
      const registration = testRegistration()
      const received: JsonObject[] = []
      let status = 503
      let arrived = (): void => {}
      await appservices.register(registration, async ({ url, body }) => {
        if (!url.includes('/transactions/')) return { status: 200, body: {} }
        if (status === 200) received.push(body as JsonObject)
        arrived()
        return { status, body: {} }
      })
      const irc = server.as(registration)
      const alice = await server.register('alice')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await irc.join(roomId)
      for (const name of ['one', 'two']) {
        const type = 'm.login.application_service'
        await irc.post('register', { type, username: `irc_${name}`, inhibit_login: true })
        await irc.request('PUT', `devices/BRIDGE?user_id=@irc_${name}:example.org`, {})
      }
      const rows = async (kind: number): Promise<number> => {
        const sql = 'select count(*) as n from appservice_outbox where kind = $1'
        return (await services.database.get<{ n: number }>(sql, kind))?.n ?? 0
      }
      const toDevice = (name: string, number: number, size: number): Promise<unknown> =>
        alice.put(`sendToDevice/m.test/${name}${number}`, {
          messages: { [`@irc_${name}:example.org`]: { BRIDGE: { number, junk: 'x'.repeat(size) } } },
        })
      await toDevice('two', 1, 10)
      for (let number = 1; number <= 150; number++) await toDevice('one', number, 60_000)
      const typing = alice.room(roomId, `typing/${encodeURIComponent(alice.userId)}`)
      for (let at = 0; at < 1200; at++) await alice.put(typing, { typing: at % 2 === 0, timeout: 30_000 })
      await alice.send(roomId, 'waits')
      assert.ok((await rows(1)) <= 1001, `${await rows(1)} ephemeral`)
      assert.ok((await rows(2)) < 145, `${await rows(2)} to devices`)
      status = 200
      const isThere = (): boolean => JSON.stringify(received).includes('"waits"')
      const delivered = new Promise<void>((resolve) => (arrived = () => isThere() && resolve()))
      await irc.post('/_matrix/client/v1/appservice/irc/ping')
      await delivered
      const messages = received.flatMap((body) => (body['to_device'] ?? []) as JsonObject[])
      const numbersOf = (name: string): unknown[] =>
        messages
          .filter((message) => message['to_user_id'] === `@irc_${name}:example.org`)
          .map(({ content }) => (content as JsonObject)['number'])
      assert.deepEqual(numbersOf('two'), [1])
      const ones = numbersOf('one') as number[]
      assert.equal(ones.at(-1), 150)
      assert.deepEqual(
        ones.slice(-130),
        Array.from({ length: 130 }, (_, at) => at + 21),
      )
    })
  })
}
