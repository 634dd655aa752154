import assert from 'node:assert/strict'
import fc from 'fast-check'
import { matchesPart, matchesWhole, matchesWords } from '../../src/push/glob.ts'
import { contains, MAX_FAST_LENGTH } from '../../src/text/contains.ts'
import { NameList } from '../../src/event/name-list.ts'

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

  it('in text of any length, as it stands there', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 })
    fc.assert(
      fc.property(letters, letters, fc.nat(600), (start, end, middle) => {
        const piece = `${start}${'a'.repeat(middle)}${end}`
        for (const whole of [piece, `${end}${piece}b`, `${piece.slice(0, -1)}c${piece.slice(1)}`, 'a'.repeat(700)])
          assert.equal(contains(whole, piece), whole.includes(piece))
      }),
    )
  })

  it('asks the engine for no longer text than it finds in linear time', () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with its text below
    const { includes } = String.prototype
    let longest = 0
    // oxlint-disable-next-line no-extend-native -- nothing else sees what is looked for
    String.prototype.includes = function (this: string, ...of: Parameters<typeof includes>): boolean {
      longest = Math.max(longest, of[0].length)
      return includes.apply(this, of)
    }
    try {
      const long = 'a'.repeat(16_384)
      assert.ok(matchesWords('short', `${long} short`))
      for (const at of [1, 256, 510]) {
        const word = `${'a'.repeat(at)}b${'a'.repeat(511 - at)}`
        const steps = { left: 1_000_000 }
        assert.ok(!matchesWords(word, long, steps))
        assert.ok(1_000_000 - steps.left >= long.length, 'the work is counted')
        assert.ok(!matchesPart(`*${word}`, long))
        assert.ok(matchesPart(`*${word}`, `${long}*${word}`.toUpperCase()))
      }
    } finally {
      // oxlint-disable-next-line no-extend-native -- as it was
      String.prototype.includes = includes
    }
    assert.ok(longest > 0 && longest <= MAX_FAST_LENGTH, String(longest))
  })

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
