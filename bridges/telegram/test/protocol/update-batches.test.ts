import assert from 'node:assert/strict'
import type { UpdateBatch } from '../../src/protocol/engine-options.ts'
import { UpdateBatches } from '../../src/protocol/update-batches.ts'

describe('what happened to an account and is not stored yet', () => {
  function stage() {
    const abort = new AbortController()
    const stored: UpdateBatch[] = []
    const gates: PromiseWithResolvers<void>[] = []
    const batches = new UpdateBatches({
      signal: abort.signal,
      async commit(batch) {
        const gate = Promise.withResolvers<void>()
        gates.push(gate)
        await gate.promise
        stored.push(batch)
      },
    })
    return { abort, batches, stored, gates }
  }
  /** Whatever needs no more than promises is done by then. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const found = (pts: number) => ({ className: 'FoundEdge', peer: 'c1', fromMs: pts, toMs: pts }) as const

  it('is stored with where each box stands after it; what comes meanwhile makes the next batch', async () => {
    const { batches, stored, gates } = stage()
    batches.add(found(1))
    batches.reach('c1', 5)
    batches.reach('', 7, { pts: 7, qts: 1, date: 2 })
    await turn()
    batches.add(found(2))
    batches.reach('c1', 6)
    await turn()
    assert.equal(gates.length, 1, 'the first is not stored yet')
    gates[0]?.resolve()
    await turn()
    gates[1]?.resolve()
    await batches.settled()
    assert.deepEqual(
      stored.map(({ items, common, channels }) => [items.length, common?.pts, channels.get('c1')]),
      [
        [1, 7, 5],
        [1, undefined, 6],
      ],
    )
    assert.deepEqual(batches.stateOf('c1'), { pts: 6, qts: 1, date: 2 })
  })

  it('is not stored after the end, and nobody is kept waiting', async () => {
    const { abort, batches, stored, gates } = stage()
    batches.reach('c1', 5)
    await turn()
    batches.reach('c1', 6)
    abort.abort()
    gates[0]?.reject(new Error('stopped'))
    await batches.settled()
    assert.deepEqual([stored.length, gates.length], [0, 1])
  })
})
