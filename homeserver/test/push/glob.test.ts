import assert from 'node:assert/strict'
import fc from 'fast-check'
import { matchesWhole, matchesWords } from '../../src/push/glob.ts'

describe('push globs', () => {
  for (const { pattern, text, expected } of [
    { pattern: 'lunc?*', text: 'Lunch plans', expected: true },
    { pattern: 'lunc?*', text: 'LUNCH', expected: true },
    { pattern: 'lunc?*', text: ' lunch', expected: false },
    { pattern: 'lunc?*', text: 'lunc', expected: false },
    { pattern: '', text: '', expected: true },
    { pattern: '', text: 'x', expected: false },
    { pattern: '*', text: '', expected: true },
    { pattern: 'a*a', text: 'a', expected: false },
    { pattern: 'a.c', text: 'abc', expected: false },
    { pattern: '?', text: '🎂', expected: true },
  ]) {
    it(`${pattern} as a whole: ${text}`, () => assert.equal(matchesWhole(pattern, text), expected))
  }

  for (const { pattern, text, expected } of [
    { pattern: 'ex*ple', text: 'An example event.', expected: true },
    { pattern: 'ex*ple', text: 'exple', expected: true },
    { pattern: 'ex*ple', text: 'An exciting triple-whammy', expected: true },
    { pattern: 'cake', text: 'pancake', expected: false },
    { pattern: 'cake', text: 'pancake cake', expected: true },
    { pattern: 'cake', text: 'cakes', expected: false },
    { pattern: 'cake', text: 'CAKE!', expected: true },
    { pattern: 'cake*lie', text: 'the cake is a lie', expected: true },
    { pattern: 'cake*lie', text: 'the cake is a lied', expected: false },
    { pattern: '@room', text: 'hello @room', expected: true },
    { pattern: '@room', text: 'x@rooms', expected: false },
    { pattern: 'ann', text: 'ann_b', expected: false },
    { pattern: '*ake', text: 'pancake', expected: true },
  ]) {
    it(`${pattern} by words: ${text}`, () => assert.equal(matchesWords(pattern, text), expected))
  }

  it('agrees with the regular expression of the same meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '_'), maxLength: 12 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', ' '), maxLength: 6 })
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
        assert.equal(matchesWhole(pattern, text), new RegExp(`^${source}$`, 's').test(text))
        const byWords = new RegExp(`(?:^|(?<=[^a-z0-9_]))${source}(?:$|(?=[^a-z0-9_]))`, 's').test(text)
        assert.equal(matchesWords(pattern, text), byWords)
      }),
    )
  })

  it('takes no long time for a long text and many stars', () => {
    const startedMs = performance.now()
    assert.equal(matchesWords('a*'.repeat(200) + 'b', 'a'.repeat(16_000)), false)
    assert.ok(performance.now() - startedMs < 1000)
  })
})
