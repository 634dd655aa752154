import assert from 'node:assert/strict'
import { backoffMs } from '../src/index.ts'

describe('the pause after failures', () => {
  it('doubles from the first to the longest, and stays there', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 1000].map((failures) => backoffMs(failures, { firstMs: 100, longestMs: 1000 }))
    assert.deepEqual(pauses, [100, 100, 200, 400, 800, 1000, 1000])
  })

  it('never overflows the timers’ own longest', () => {
    assert.ok(backoffMs(10_000, { firstMs: 1, longestMs: Number.MAX_SAFE_INTEGER }) < 2 ** 31)
  })
})
