import assert from 'node:assert/strict'
import { pino } from 'pino'
import { MatrixClient } from '../../src/matrix-side/matrix-client.ts'
import { onEveryEngine } from '../support.ts'

describe('a call of the homeserver that is to be repeated', () => {
  it('ends with the bridge, and leaves no timer behind', async () => {
    const paused = Promise.withResolvers<void>()
    const timers = new Set<() => void>()
    const end = new AbortController()
    const client = new MatrixClient({
      dispatch: async () => ({
        status: 429,
        headers: {},
        body: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 60_000 },
      }),
      asToken: 'token',
      logger: pino({ level: 'silent' }),
      signal: end.signal,
      clock: {
        now: () => 0,
        elapsedMs: () => 0,
        schedule(callback) {
          timers.add(callback)
          paused.resolve()
          return () => timers.delete(callback)
        },
      },
    })
    const call = client.call({ method: 'GET', path: ['client', 'versions'] })
    await paused.promise
    end.abort()
    await assert.rejects(call, { errcode: 'M_LIMIT_EXCEEDED' })
    assert.equal(timers.size, 0)
  })
})

onEveryEngine('the stop of a bridge whose network hangs', (open) => {
  it('ends, and what hung is done after the next start', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const hanging = stage.network.hangPreparing()
    await alice.say(roomId, 'one')
    await hanging
    const restarted = stage.restartBridge()
    await stage.clock.fireAfter(15_000)
    await restarted
    await stage.network.arrival(({ text }) => text === 'one')
    assert.deepEqual(
      stage.network.fromMatrix('garden').map(({ text }) => text),
      ['one'],
    )
  })
})
