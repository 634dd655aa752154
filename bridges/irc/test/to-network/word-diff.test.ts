import assert from 'node:assert/strict'
import fc from 'fast-check'
import { wordDiff } from '../../src/to-network/word-diff.ts'

const line = fc
  .array(fc.constantFrom('the', 'cat', 'a', 'sat', 'on', 'cats'), { maxLength: 12 })
  .map((words) => words.join(' '))

describe('a correction of a line', () => {
  it('makes the new one of the old one where it is read as people read it', () => {
    fc.assert(
      fc.property(line, line, (before, after) => {
        const [, removed, added] = /^s\/(.+)\/(.*)\/$/.exec(wordDiff(before, after) ?? '') ?? []
        if (removed === undefined) return
        // The first place at which the words stand as words.
        const read = ` ${before} `.replace(` ${removed} `, added === '' ? ' ' : ` ${added} `)
        assert.equal(read.trim(), after.trim())
      }),
      { numRuns: 2000 },
    )
  })

  it('is not looked for beyond what a correction may have', () => {
    const before = 'a '.repeat(30_000)
    assert.equal(wordDiff(before, `${before}b`), undefined)
    assert.equal(wordDiff('so a cat saw a cat', 'so a cat saw a dog'), 's/saw a cat/saw a dog/')
  })
})
