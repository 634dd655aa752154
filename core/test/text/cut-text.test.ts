import assert from 'node:assert/strict'
import fc from 'fast-check'
import { pieceEnd } from '@pons/core'
import { cutText } from '../../src/text/cut-text.ts'

const family = '👨‍👩‍👧‍👦'
const whole = ['e\u0301', family, '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🇩🇪', '👍🏽', '한', '❤️', '\r\n']

describe('cutting a text', () => {
  for (const character of whole) {
    it(`leaves ${JSON.stringify(character)} whole, wherever the cut falls`, () => {
      const text = `ab${character}cd`
      for (let length = 0; length <= text.length; length++) {
        const expected = length < 2 + character.length ? 'ab'.slice(0, length) : text.slice(0, length)
        assert.equal(cutText(text, length), expected)
      }
      const filled = `${'x'.repeat(40)}${character}${'y'.repeat(40)}`
      for (let max = 41; max < 40 + character.length; max++) assert.equal(pieceEnd(filled, 0, max), 40)
    })
  }

  it('ends, and loses nothing, whatever the text', () => {
    const property = fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 2, max: 40 }),
      (text, max) => {
        let pieces = ''
        for (let from = 0; from < text.length;) {
          const to = pieceEnd(text, from, max)
          assert.ok(to > from && to - from <= max)
          pieces += text.slice(from, to)
          from = to
        }
        assert.equal(pieces, text)
        assert.ok(cutText(text, max).length <= max)
      },
    )
    fc.assert(property)
  })

  it('leaves an address whole that fits into a piece', () => {
    const address = `https://example.org/${'a'.repeat(60)}`
    for (const gap of [' ', '\n']) {
      const text = `see${gap}${address} and more`
      assert.equal(pieceEnd(text, 0, 70), 4)
      assert.equal(pieceEnd(text, 4, 85), 89)
    }
    const long = `see ${address.repeat(3)}`
    assert.equal(pieceEnd(long, 0, 70), 4)
    assert.equal(pieceEnd(long, 4, 70), 74)
    assert.equal(pieceEnd(`see ${'a'.repeat(90)}`, 0, 70), 70)
  })

  it('takes a row of marks for no character', () => {
    const zalgo = `a${'\u0301'.repeat(10_000)}`
    assert.equal(cutText(zalgo, 2000).length, 2000)
    assert.equal(pieceEnd(zalgo, 0, 2000), 2000)
  })
})
