import assert from 'node:assert/strict'
import { Scheduler, type Clock } from '@pons/core'
import { FairGate } from '../../src/queue/fair-gate.ts'
import { NetworkSchedule } from '../../src/queue/network-schedule.ts'
import { widths } from '../../src/queue/widths.ts'

/** Stands still until it is put on, and counts who asks it to call back. */
class StandingClock implements Clock {
  timers: { callback: () => void; atMs: number }[] = []
  #nowMs = 1_000_000

  now(): number {
    return this.#nowMs
  }

  elapsedMs(): number {
    return this.#nowMs
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { callback, atMs: this.#nowMs + delayMs }
    this.timers.push(timer)
    return () => void (this.timers = this.timers.filter((other) => other !== timer))
  }

  /** Time goes by; what is due is called, and what follows from it happens. */
  async advance(ms: number): Promise<void> {
    this.#nowMs += ms
    const due = this.timers.filter(({ atMs }) => atMs <= this.#nowMs)
    this.timers = this.timers.filter(({ atMs }) => atMs > this.#nowMs)
    for (const { callback } of due) callback()
    await settled()
  }
}

/** Whatever promises lead to has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Work that goes on until it is told to end. */
function work() {
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const run = async (): Promise<void> => {
    begun.resolve()
    await ended.promise
  }
  return { run, begun: begun.promise, end: () => ended.resolve() }
}

describe('the scheduler of the networks of one process', () => {
  async function busyOther(clock: Clock) {
    const scheduler = new Scheduler(clock)
    scheduler.note('flooded', 500)
    scheduler.note('calm', 1)
    const calm = work()
    const done = scheduler.take('calm', calm.run)
    await calm.begun
    return { scheduler, done, endCalm: calm.end }
  }

  it('keeps nobody waiting who is alone', async () => {
    const clock = new StandingClock()
    const scheduler = new Scheduler(clock)
    scheduler.note('flooded', 10_000)
    for (let piece = 0; piece < 100; piece++) await scheduler.take('flooded', async () => undefined)
    assert.deepEqual(clock.timers, [])
    assert.ok(scheduler.isAlone('flooded'))
  })

  it('lets what has little to do go before what is flooded', async () => {
    const clock = new StandingClock()
    const { scheduler, done, endCalm } = await busyOther(clock)
    const order: string[] = []
    void done.then(() => order.push('calm'))
    const flooded = scheduler.take('flooded', async () => void order.push('flooded'))
    await clock.advance(10)
    assert.deepEqual(order, [])
    endCalm()
    await settled()
    assert.deepEqual(order, ['calm'], 'its next step may follow in a moment')
    await clock.advance(4)
    await flooded
    assert.deepEqual(order, ['calm', 'flooded'])
    assert.deepEqual([scheduler.isAlone('flooded'), clock.timers], [false, []])
  })

  it('asks for no time while somebody is under way but for the longest that one waits', async () => {
    const clock = new StandingClock()
    const { scheduler, endCalm } = await busyOther(clock)
    const flooded = scheduler.take('flooded', async () => undefined)
    await clock.advance(39)
    assert.deepEqual(
      clock.timers.map(({ atMs }) => atMs - clock.now()),
      [1],
    )
    endCalm()
    await clock.advance(1)
    await flooded
  })

  it('keeps what is flooded waiting for a moment only, however busy the others are', async () => {
    const clock = new StandingClock()
    const { scheduler, done, endCalm } = await busyOther(clock)
    let isDone = false
    const flooded = scheduler.take('flooded', async () => void (isDone = true))
    await clock.advance(39)
    assert.ok(!isDone)
    await clock.advance(1)
    assert.ok(isDone)
    await flooded
    endCalm()
    await done
  })

  it('keeps nobody waiting where both have as much to do', async () => {
    const clock = new StandingClock()
    const { scheduler, done, endCalm } = await busyOther(clock)
    scheduler.note('calm', 500)
    await scheduler.take('flooded', async () => undefined)
    assert.deepEqual(clock.timers, [])
    endCalm()
    await done
  })

  it('wakes what waits when the other turns out to have as much to do', async () => {
    const clock = new StandingClock()
    const { scheduler, done, endCalm } = await busyOther(clock)
    const flooded = scheduler.take('flooded', async () => undefined)
    scheduler.note('calm', 500)
    await flooded
    endCalm()
    await done
  })

  it('leaves a network its turn while another is flooded', async () => {
    const clock = new StandingClock()
    const scheduler = new Scheduler(clock)
    const [flooded, calm] = [new NetworkSchedule(scheduler, 'flooded'), new NetworkSchedule(scheduler, 'calm')]
    const flood = Array.from({ length: 10 * widths.stores }, () => work())
    let begun = 0
    const stored = flood.map((each) =>
      flooded.store({ login: '', count: 1 }, async () => {
        begun++
        await each.run()
      }),
    )
    await settled()
    assert.equal(begun, widths.stores)
    const line = work()
    const said = calm.store({ login: '', count: 1 }, line.run)
    await line.begun
    for (const each of flood) each.end()
    await settled()
    assert.equal(begun, widths.stores, 'what of the flood has not begun lets it go first')
    line.end()
    await said
    await clock.advance(4)
    await Promise.all(stored)
    assert.equal(begun, flood.length)
  })

  it('leaves a login its turn while another of the same network is flooded', async () => {
    const schedule = new NetworkSchedule(new Scheduler(new StandingClock()), 'one')
    const { signal } = new AbortController()
    const flood = Array.from({ length: 5 * widths.deliveries }, () => work())
    const delivered = flood.map((each) => schedule.deliver('flooded', signal, each.run))
    const line = work()
    const said = schedule.deliver('calm', signal, line.run)
    await settled()
    const [first, second] = flood
    first?.end()
    second?.end()
    await line.begun
    line.end()
    await said
    for (const each of flood) each.end()
    await Promise.all(delivered)
  })
})

describe('a gate', () => {
  it('lets go who waits when the end has come, and gives their place to nobody', async () => {
    const gate = new FairGate(1)
    const end = new AbortController()
    const [inside, next] = [work(), work()]
    const first = gate.through('a', inside.run)
    const waiting = gate.through('a', async () => assert.fail('it never had its turn'), end.signal)
    const third = gate.through('b', next.run)
    end.abort(new Error('the end'))
    await assert.rejects(waiting, /the end/)
    inside.end()
    await next.begun
    next.end()
    await Promise.all([first, third])
    await gate.through('c', async () => undefined, new AbortController().signal)
  })

  it('hands its place on after a failure', async () => {
    const gate = new FairGate(1)
    const failed = gate.through('a', () => Promise.reject(new Error('refused')))
    const next = gate.through('a', async () => 'through')
    await assert.rejects(failed, /refused/)
    assert.equal(await next, 'through')
  })
})
