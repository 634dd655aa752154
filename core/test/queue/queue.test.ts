import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { BullQueue } from '../../src/queue/bull/bull-queue.ts'
import { systemClock, type Clock } from '@pons/matrix'
import { Lanes } from '../../src/queue/lanes.ts'
import type { LaneOutcome, Queue, QueueOptions } from '../../src/queue/queue.ts'

const redisUrl = process.env['TEST_REDIS_URL']
const idle: LaneOutcome = { kind: 'idle' }
const retry: LaneOutcome = { kind: 'retry', delayMs: 1000 }

type Make = (options: QueueOptions) => Queue

const makeBull: Make | undefined =
  redisUrl === undefined
    ? undefined
    : (options) => {
        const onTrouble = (error: unknown): void => assert.fail(String(error))
        return new BullQueue({ ...options, url: redisUrl, prefix: `test-${randomUUID()}`, onTrouble })
      }
const engines: Readonly<Record<string, Make | undefined>> = {
  embedded: (options) => new Lanes(options),
  bull: makeBull,
}

for (const [engine, make] of Object.entries(engines)) {
  describe(`the ${engine} queue`, function () {
    if (make === undefined) return void it('needs TEST_REDIS_URL')

    it('works on what was woken, and is settled afterwards', async () => {
      const worked: string[] = []
      await using queue = make(options({ process: (key) => done(() => worked.push(key)) }))
      for (const key of ['one', 'two', 'three']) queue.wake(key)
      await queue.settled()
      assert.deepEqual(worked.toSorted(), ['one', 'three', 'two'])
    })

    it('works on a key once at a time, and again when it is woken meanwhile', async () => {
      const [first, second] = [gate(), gate()]
      let [running, most, runs] = [0, 0, 0]
      await using queue = make(
        options({
          async process() {
            runs++
            most = Math.max(most, ++running)
            await (runs === 1 ? first : second).pass()
            running--
            return idle
          },
        }),
      )
      queue.wake('key')
      await first.reached
      queue.wake('key')
      queue.wake('key')
      first.open()
      await second.reached
      second.open()
      await queue.settled()
      assert.equal(most, 1)
      assert.ok(runs >= 2, 'what was woken during the work is worked on')
    })

    it('works on several keys side by side', async () => {
      const gates = new Map(['a', 'b', 'c', 'd'].map((key) => [key, gate()]))
      await using queue = make(
        options({
          async process(key) {
            await gates.get(key)?.pass()
            return idle
          },
        }),
      )
      for (const key of gates.keys()) queue.wake(key)
      await Promise.all([...gates.values()].map(({ reached }) => reached))
      for (const { open } of gates.values()) open()
      await queue.settled()
    })

    it('lets nothing overtake a key that waits to try again', async () => {
      const pauses = new HandClock()
      const attempts: string[] = []
      const outcomes = [retry, idle]
      await using queue = make(
        options({ clock: pauses, process: (key) => done(() => attempts.push(key), outcomes.shift() ?? idle) }),
      )
      queue.wake('held')
      await queue.settled()
      queue.wake('held')
      queue.wake('other')
      await queue.settled()
      assert.deepEqual(attempts, ['held', 'other'])
      pauses.run(1000)
      await queue.settled()
      assert.deepEqual(attempts, ['held', 'other', 'held'])
    })

    it('tries again at once when there is reason to', async () => {
      const attempts: string[] = []
      const outcomes = [retry, idle]
      await using queue = make(
        options({ clock: new HandClock(), process: (key) => done(() => attempts.push(key), outcomes.shift() ?? idle) }),
      )
      queue.wake('held')
      await queue.settled()
      queue.wakeNow('held')
      await queue.settled()
      assert.deepEqual(attempts, ['held', 'held'])
    })

    it('goes on with a key as soon as what it waits for is there', async () => {
      const ready = Promise.withResolvers<void>()
      const attempts: string[] = []
      const outcomes: LaneOutcome[] = [{ kind: 'until', ready: ready.promise, otherwiseMs: 1000 }, idle]
      const again = Promise.withResolvers<void>()
      await using queue = make(
        options({
          clock: new HandClock(),
          async process(key) {
            if (attempts.push(key) === 2) again.resolve()
            return outcomes.shift() ?? idle
          },
        }),
      )
      queue.wake('held')
      await queue.settled()
      assert.deepEqual(attempts, ['held'])
      ready.resolve()
      await again.promise
      await queue.settled()
      assert.deepEqual(attempts, ['held', 'held'])
    })

    it('reports what is thrown, and tries again after a pause', async () => {
      const pauses = new HandClock()
      const errors: string[] = []
      let runs = 0
      await using queue = make(
        options({
          clock: pauses,
          process: () => (++runs === 1 ? Promise.reject(new Error('a bug')) : Promise.resolve(idle)),
          onError: (key, error) => errors.push(`${key}: ${(error as Error).message}`),
        }),
      )
      queue.wake('key')
      await queue.settled()
      assert.deepEqual([errors, runs], [['key: a bug'], 1])
      pauses.run(5000)
      await queue.settled()
      assert.equal(runs, 2)
    })

    it('tells the work that is under way to end, waits for it, and begins nothing more', async () => {
      const started = gate()
      let [wasAborted, runs] = [false, 0]
      const queue = make(
        options({
          async process(_, signal) {
            runs++
            const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
            started.open()
            await started.pass()
            await aborted
            wasAborted = true
            return idle
          },
        }),
      )
      queue.wake('key')
      await started.reached
      await queue[Symbol.asyncDispose]()
      assert.ok(wasAborted)
      queue.wake('key')
      await queue.settled()
      assert.equal(runs, 1)
    })
  })
}

describe('a queue on a Redis that is slow', function () {
  if (redisUrl === undefined) return void it('needs TEST_REDIS_URL')

  it('may end before its workers have begun, and nothing fails unseen', async () => {
    const redis = new Redis(redisUrl)
    const connections = async (): Promise<number> => String(await redis.call('CLIENT', 'LIST')).split('\n').length
    const before = await connections()
    const looked = gate()
    const due = async (): Promise<string[]> => {
      await looked.pass()
      return []
    }
    const queue = makeBull?.(options({ due }))
    // Its workers connect now. Bull waits half a second for what it has asked, and then breaks the connection off.
    await looked.reached
    await redis.call('CLIENT', 'PAUSE', '1000', 'ALL')
    looked.open()
    await queue?.[Symbol.asyncDispose]()
    // Bull would connect anew to end what blocks.
    while ((await connections()) > before) await new Promise((resolve) => setImmediate(resolve))
    redis.disconnect()
  })
})

function options(given: Partial<QueueOptions>): QueueOptions {
  return {
    clock: systemClock,
    process: () => Promise.resolve(idle),
    onError: (key, error) => assert.fail(`${key}: ${String(error)}`),
    due: () => Promise.resolve([]),
    ...given,
  }
}

function done(work: () => unknown, outcome = idle): Promise<LaneOutcome> {
  work()
  return Promise.resolve(outcome)
}

/** Work comes to it and goes on once it is open. */
function gate() {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const pass = async (): Promise<void> => {
    reached.resolve()
    await opened.promise
  }
  return { reached: reached.promise, open: () => opened.resolve(), pass }
}

/** Keeps the pauses before a retry until they are asked for; leases and sweeps go by real time. */
class HandClock implements Clock {
  readonly #kept = new Map<() => void, number>()

  now(): number {
    return Date.now()
  }

  elapsedMs(): number {
    return performance.now()
  }

  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    if (delayMs !== 1000 && delayMs !== 5000) return systemClock.schedule(callback, delayMs)
    this.#kept.set(callback, delayMs)
    return () => this.#kept.delete(callback)
  }

  run(delayMs: number): void {
    for (const [callback, kept] of this.#kept) {
      if (kept !== delayMs) continue
      this.#kept.delete(callback)
      callback()
    }
  }
}
