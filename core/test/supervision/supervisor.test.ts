import assert from 'node:assert/strict'
import type { ClientStateReport } from '@pons/core'
import { pino } from 'pino'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { currentNetwork, runInNetwork } from '../../src/supervision/network-scope.ts'
import { Supervisor } from '../../src/supervision/supervisor.ts'

async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms)
  await settled()
}

/** Lets everything run that is waiting for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function supervise(start: () => Promise<void>) {
  const clock = new ManualClock()
  const states: ClientStateReport['state'][] = []
  const calls: string[] = []
  const supervisor = new Supervisor({
    clock,
    logger: pino({ level: 'silent' }),
    onState: ({ state }) => states.push(state),
    supervised: {
      name: 'sim',
      async start() {
        calls.push('start')
        await start()
      },
      stop() {
        calls.push('stop')
        return Promise.resolve()
      },
    },
  })
  return { clock, states, calls, supervisor }
}

describe('supervising an adapter', () => {
  it('starts it again after a failure, and waits twice as long after each further one', async () => {
    const { clock, states, calls, supervisor } = supervise(() => Promise.resolve())
    await supervisor.start()
    for (const delayMs of [1000, 2000, 4000]) {
      supervisor.fail(new Error('out of a callback'))
      await settled()
      await pass(clock, delayMs - 1)
      assert.equal(calls.at(-1), 'stop', `not before ${delayMs} ms`)
      await pass(clock, 1)
      assert.equal(calls.at(-1), 'start')
    }
    assert.deepEqual(states.slice(0, 3), ['UNKNOWN_ERROR', 'CONNECTING', 'CONNECTED'])
  })

  it('tries again when the start itself fails, and takes several failures at once for one', async () => {
    let tries = 0
    const { clock, calls, supervisor } = supervise(() =>
      ++tries < 3 ? Promise.reject(new Error('no')) : Promise.resolve(),
    )
    await supervisor.start()
    supervisor.fail(new Error('one more'))
    await settled()
    await pass(clock, 1000)
    await pass(clock, 2000)
    assert.deepEqual(calls, ['start', 'stop', 'start', 'stop', 'start'])
  })

  it('does not wait for one that hangs', async () => {
    const { clock, supervisor } = supervise(() => new Promise<void>(() => undefined))
    const started = supervisor.start()
    await settled()
    await pass(clock, 15_000)
    await started
  })

  it('starts nothing again once it was ended', async () => {
    const { clock, calls, supervisor } = supervise(() => Promise.resolve())
    await supervisor.start()
    supervisor.fail(new Error('the last'))
    await supervisor.stop()
    await pass(clock, 300_000)
    assert.deepEqual(calls.filter((call) => call === 'start').length, 1)
  })

  it('knows whose a callback is, however it came about', async () => {
    const seen: (string | undefined)[] = []
    await runInNetwork('irc', async () => {
      await settled()
      await new Promise<void>((resolve) =>
        setImmediate(() => {
          seen.push(currentNetwork())
          resolve()
        }),
      )
    })
    seen.push(currentNetwork())
    assert.deepEqual(seen, ['irc', undefined])
  })
})
