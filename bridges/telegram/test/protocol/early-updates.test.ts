import assert from 'node:assert/strict'
import type { Box, Counted } from '../../src/protocol/counted.ts'
import { EarlyUpdates } from '../../src/protocol/early-updates.ts'
import { UpdateBatches } from '../../src/protocol/update-batches.ts'

describe('what comes ahead of its turn', () => {
  const box: Box = 'c1'
  const counted = (pts: number, count = 1): Counted => ({ box, pts, count, update: undefined })

  function stage() {
    const batches = new UpdateBatches({ signal: new AbortController().signal, commit: async () => undefined })
    batches.standsAt(box, 1)
    return { batches, early: new EarlyUpdates(batches) }
  }

  it('is taken once what was missing is there, in the order in which the box counts', () => {
    const { batches, early } = stage()
    for (const pts of [4, 3, 6]) early.hold(counted(pts))
    assert.equal(early.drain(box), false)
    assert.equal(batches.ptsOf(box), 1)
    batches.reach(box, 2)
    assert.equal(early.drain(box), false, 'the fifth is missing')
    assert.equal(batches.ptsOf(box), 4)
    batches.reach(box, 5)
    assert.equal(early.drain(box), true)
    assert.equal(batches.ptsOf(box), 6)
  })

  it('is left out where the box stands behind it by then', () => {
    const { batches, early } = stage()
    early.hold(counted(3))
    batches.reach(box, 8)
    assert.equal(early.drain(box), true)
    assert.equal(batches.ptsOf(box), 8)
  })

  it('has its first one to begin with where the box was never met', () => {
    const { early } = stage()
    early.hold(counted(9))
    early.hold(counted(8))
    assert.deepEqual([early.takeFirst(box)?.pts, early.takeFirst(box)?.pts, early.takeFirst(box)], [8, 9, undefined])
  })

  it('is waited for once, and no longer when what was missing has come', async () => {
    const { early } = stage()
    const other: Box = 'c2'
    const over: string[] = []
    const end = Promise.withResolvers<void>()
    early.waitForGap(box, () => over.push('first'))
    early.waitForGap(other, () => over.push('other'))
    early.waitForGap(other, () => over.push('other again'))
    early.waitForGap('c3', () => end.resolve())
    early.stopWaiting(box)
    await end.promise
    assert.deepEqual(over, ['other'])
  })
})
