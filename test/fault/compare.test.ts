import assert from 'node:assert/strict'
import { compare } from '../src/kill/compare.ts'

describe('comparison of both sides', () => {
  const accepted = ['a', 'b', 'c', 'd']
  for (const [name, arrived, expected] of [
    ['finds nothing wrong', ['a', 'b', 'c', 'd'], ['', '', '']],
    ['names a lost line', ['a', 'c', 'd'], ['b', '', '']],
    ['names a doubled line', ['a', 'b', 'b', 'c', 'd'], ['', 'b', '']],
    ['names a line that came late', ['b', 'a', 'c', 'd'], ['', '', 'a']],
    ['names a late repeat as doubled only', ['a', 'b', 'c', 'd', 'a'], ['', 'a', '']],
    ['ignores what others said', ['x', 'a', 'b', 'y', 'c', 'd'], ['', '', '']],
  ] as const) {
    it(name, () => {
      const { missing, twice, late } = compare(accepted, arrived, new Set())
      assert.deepEqual([missing.join(''), twice.join(''), late.join('')], expected)
    })
  }

  it('excuses a line that was marked uncertain', () => {
    assert.deepEqual(compare(accepted, ['a', 'c', 'd'], new Set(['b'])).missing, [])
  })
})
