import assert from 'node:assert/strict'
import { compare } from '../src/kill/compare.ts'

describe('comparison of both sides', () => {
  const accepted = ['a', 'b', 'c', 'd']
  for (const [name, arrived, expected] of [
    ['finds nothing wrong', ['a', 'b', 'c', 'd'], [0, 0, 0]],
    ['counts a lost line', ['a', 'c', 'd'], [1, 0, 0]],
    ['counts a doubled line', ['a', 'b', 'b', 'c', 'd'], [0, 1, 0]],
    ['counts a line that came late', ['b', 'a', 'c', 'd'], [0, 0, 1]],
    ['counts a late repeat as doubled only', ['a', 'b', 'c', 'd', 'a'], [0, 1, 0]],
    ['ignores what others said', ['x', 'a', 'b', 'y', 'c', 'd'], [0, 0, 0]],
  ] as const) {
    it(name, () => {
      const { lost, doubled, reordered } = compare(accepted, arrived, new Set())
      assert.deepEqual([lost, doubled, reordered], expected)
    })
  }

  it('excuses a line that was marked uncertain', () => {
    assert.equal(compare(accepted, ['a', 'c', 'd'], new Set(['b'])).lost, 0)
  })
})
