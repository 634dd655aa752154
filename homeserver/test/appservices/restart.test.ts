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
})
