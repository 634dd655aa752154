import assert from 'node:assert/strict'
import { Turns, type Clock } from '@pons/core'

/** Moves on by itself when somebody waits, and notes how long they did. */
class WaitingClock implements Clock {
  waitedMs = 0
  readonly #startMs = 1_000_000
  /** Called before each wait ends. */
  onWait: () => void = () => undefined

  now(): number {
    return this.#startMs + this.waitedMs
  }

  elapsedMs(): number {
    return this.now()
  }

  schedule(callback: () => void, delayMs: number): () => void {
    setImmediate(() => {
      this.waitedMs += delayMs
      this.onWait()
      callback()
    })
    return () => undefined
  }
}

describe('turns of the networks of one process', () => {
  async function busyOther(clock: Clock) {
    const turns = new Turns(clock)
    turns.note('flooded', 500)
    const { promise, resolve } = Promise.withResolvers<void>()
    turns.note('calm', 1)
    const begun = Promise.withResolvers<void>()
    const calm = turns.take('calm', () => {
      begun.resolve()
      return promise
    })
    await begun.promise
    return { turns, calm, endCalm: resolve }
  }

  it('keep nobody waiting who is alone', async () => {
    const clock = new WaitingClock()
    const turns = new Turns(clock)
    turns.note('flooded', 10_000)
    for (let piece = 0; piece < 100; piece++) await turns.take('flooded', async () => undefined)
    assert.equal(clock.waitedMs, 0)
    assert.ok(turns.isAlone('flooded'))
  })

  it('let what has little to do go before what is flooded', async () => {
    const clock = new WaitingClock()
    const { turns, calm, endCalm } = await busyOther(clock)
    const order: string[] = []
    void calm.then(() => order.push('calm'))
    clock.onWait = () => {
      if (clock.waitedMs >= 10) endCalm()
    }
    await turns.take('flooded', async () => void order.push('flooded'))
    assert.deepEqual(order, ['calm', 'flooded'])
    assert.ok(clock.waitedMs >= 10)
    assert.equal(turns.isAlone('flooded'), false)
  })

  it('keep what is flooded waiting for a moment only, however busy the others are', async () => {
    const clock = new WaitingClock()
    const { turns, calm, endCalm } = await busyOther(clock)
    await turns.take('flooded', async () => undefined)
    assert.ok(clock.waitedMs > 0 && clock.waitedMs <= 50, `${clock.waitedMs} ms`)
    endCalm()
    await calm
  })

  it('keep nobody waiting where both have as much to do', async () => {
    const clock = new WaitingClock()
    const { turns, calm, endCalm } = await busyOther(clock)
    turns.note('calm', 500)
    await turns.take('flooded', async () => undefined)
    assert.equal(clock.waitedMs, 0)
    endCalm()
    await calm
  })
})
