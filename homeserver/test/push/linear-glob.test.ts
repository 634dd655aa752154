import assert from 'node:assert/strict'
import fc from 'fast-check'
import { matchesWhole } from '../../src/push/glob.ts'
import { NameList } from '../../src/sync/name-list.ts'

/** The meaning of patterns, spelled out, in exponential time. */
function model(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const [first, rest] = [pattern[0], pattern.slice(1)]
  if (first === '*') return model(rest, text) || (text !== '' && model(pattern, text.slice(1)))
  return text !== '' && (first === '?' || first === text[0]) && model(rest, text.slice(1))
}

const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 14 })

describe('patterns cost linear time and mean what they meant', () => {
  it('in push rules', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 9 })
    fc.assert(
      fc.property(pattern, text, (glob, of) => matchesWhole(glob, of) === model(glob, of)),
      { numRuns: 3000 },
    )
  })

  it('in push rules whose pieces are longer than a word of bits', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 60, maxLength: 80 })
    fc.assert(
      fc.property(piece, text, fc.nat(59), (of, around, at) => {
        const glob = `*${of.slice(0, at)}?${of.slice(at + 1)}*`
        assert.ok(matchesWhole(glob, `${around}${of}${around}`))
        assert.ok(!matchesWhole(glob, `${around}${of.slice(1)}`.slice(0, of.length - 1)))
      }),
    )
  })

  it('in filters', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 9 })
    fc.assert(
      fc.property(pattern, text, (glob, of) => new NameList([glob], true).has(of) === model(glob, of)),
      { numRuns: 3000 },
    )
  })

  const stars = (letter: string): string => `${`${letter}*`.repeat(200)}c`
  const hard = [
    { name: 'stars alone', pattern: '*'.repeat(500) + 'c' },
    { name: 'letters between stars', pattern: stars('a') },
    { name: 'a long piece that nearly fits everywhere', pattern: `*${'a'.repeat(250)}b${'a'.repeat(250)}*` },
    { name: 'a long piece with a question mark', pattern: `*${'a'.repeat(250)}?b${'a'.repeat(250)}*` },
    { name: 'question marks alone', pattern: `*${'?'.repeat(500)}c` },
  ]
  for (const { name, pattern } of hard) {
    it(`looks at each letter a bounded number of times: ${name}`, () => {
      const long = 'a'.repeat(16_384)
      const steps = { left: 10_000_000 }
      assert.equal(matchesWhole(pattern, long, steps), false)
      // Seventeen words of bits hold the longest piece.
      assert.ok(10_000_000 - steps.left <= 17 * 16_384 + 3000, String(10_000_000 - steps.left))
    })
  }

  it('stops when the steps of an event are used up', () => {
    const steps = { left: 100_000 }
    let asked = 0
    while (steps.left > 0) {
      assert.equal(matchesWhole(`*${'?'.repeat(500)}c`, 'a'.repeat(16_384), steps), false)
      asked++
    }
    assert.equal(asked, 1)
    assert.equal(matchesWhole('*a*', 'a', steps), false)
  })
})
