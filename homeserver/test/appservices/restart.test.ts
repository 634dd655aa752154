import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InProcessCall } from '../../src/index.ts'
import { testHomeserver, testRegistration } from '../support.ts'

describe('an application service that was registered at run time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pons-restart-'))
  after(() => rmSync(folder, { recursive: true }))

  it('is known after a restart, and gets what waited for it with the same bytes', async () => {
    const database = `sqlite:${join(folder, 'hs.db')}`
    const registration = testRegistration()
    const pushed: { url: string; body: unknown }[] = []
    let answer: { status: number; body: unknown } | undefined = undefined
    let sawPush: (() => void) | undefined
    const call: InProcessCall = ({ url, body }) => {
      pushed.push({ url, body: structuredClone(body) })
      sawPush?.()
      // Never answers while there is no answer, as a service that hangs.
      return answer ? Promise.resolve(answer) : new Promise(() => {})
    }
    let seen = new Promise<void>((resolve) => (sawPush = resolve))
    {
      await using server = await testHomeserver({ database })
      await server.homeserver.appservices.register(registration, call)
      const bot = server.as(registration)
      const roomId = await bot.createRoom()
      await bot.send(roomId, 'hello')
      await seen
    }
    answer = { status: 200, body: {} }
    await using server = await testHomeserver({ database })
    assert.equal((await server.as(registration).get('account/whoami'))['user_id'], '@ircbot:example.org')
    const [status] = await server.homeserver.appservices.status()
    assert.equal(status?.queuedItems, 7)
    seen = new Promise<void>((resolve) => (sawPush = resolve))
    await server.homeserver.appservices.register(registration, call)
    await seen
    assert.deepEqual(pushed[1], pushed[0])
  })

  it('gets what waited in another transaction when it tells events by their ids', async () => {
    const database = `sqlite:${join(folder, 'tolerant.db')}`
    const registration = testRegistration()
    const pushed: { url: string; events: { event_id: string }[] }[] = []
    const firstPush = Promise.withResolvers<void>()
    const said = Promise.withResolvers<void>()
    const call: InProcessCall = ({ url, body }) => {
      const { events } = body as { events: { event_id: string; content: { body?: string } }[] }
      pushed.push({ url, events: structuredClone(events) })
      firstPush.resolve()
      if (events.some(({ content }) => content.body === 'after the restart')) said.resolve()
      // The first process never gets an answer.
      return pushed[0]?.url === url ? new Promise(() => {}) : Promise.resolve({ status: 200, body: {} })
    }
    {
      await using server = await testHomeserver({ database })
      await server.homeserver.appservices.register(registration, { call })
      await server.as(registration).createRoom()
      await firstPush.promise
    }
    await using server = await testHomeserver({ database })
    await server.homeserver.appservices.register(registration, { call })
    const bot = server.as(registration)
    for (let number = 0; number < 5; number++) await bot.send(await bot.createRoom(), `number ${number}`)
    await bot.send(await bot.createRoom(), 'after the restart')
    await said.promise
    const [before, ...after] = pushed
    const again = after.flatMap(({ events }) => events.map((event) => event.event_id))
    for (const { event_id: id } of before?.events ?? []) assert.ok(again.includes(id), 'nothing is lost')
    assert.equal(new Set(again).size, again.length, 'and nothing comes twice that was taken')
    assert.equal(new Set(pushed.map(({ url }) => url)).size, pushed.length, 'no number is given out twice')
  })
})
