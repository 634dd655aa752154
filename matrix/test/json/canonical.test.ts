import assert from 'node:assert/strict'

import fc from 'fast-check'

import { MatrixError, canonicalJson, checkCanonical, compareCodePoints, parseJson } from '../../src/index.ts'
import vectors from '../vectors/canonical-json.json' with { type: 'json' }

const text = fc.string({ unit: 'binary' })
const canonicalValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    text,
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
})).value

describe('canonicalJson', () => {
  for (const { input, canonical } of vectors.vectors) {
    it(`makes ${canonical} of the specification's example`, () =>
      assert.equal(canonicalJson(parseJson(input)), canonical))
  }

  it('is JSON of the same value', () => {
    fc.assert(fc.property(canonicalValue, (value) => assert.deepEqual(parseJson(canonicalJson(value)), normal(value))))
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(text, canonicalValue), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse())
        assert.equal(canonicalJson(reversed), canonicalJson(object))
      }),
    )
  })

  it('sorts keys by code point, not by UTF-16 unit', () => {
    assert.equal(canonicalJson({ '\u{1f600}': 1, '\uff5e': 2 }), '{"\uff5e":2,"\u{1f600}":1}')
    fc.assert(
      fc.property(text, text, (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b))
        assert.equal(Math.sign(compareCodePoints(a, b)), expected)
      }),
    )
  })

  it('escapes what the grammar escapes and nothing else', () => {
    assert.equal(
      canonicalJson('"\\\b\f\n\r\t\u0000\u001f\u007f/é\u2028'),
      '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u007f/é\u2028"',
    )
  })

  it('leaves undefined properties out and writes minus zero as zero', () => {
    assert.equal(canonicalJson({ a: undefined, b: -0, c: [] }), '{"b":0,"c":[]}')
  })

  it('writes the largest integers in full', () => {
    assert.equal(canonicalJson([2 ** 53 - 1, -(2 ** 53) + 1]), '[9007199254740991,-9007199254740991]')
  })

  const refused: [string, unknown][] = [
    ['a fraction', 1.5],
    ['2^53', 2 ** 53],
    ['-2^53', -(2 ** 53)],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['a lone surrogate', '\ud800'],
    ['a key with a lone surrogate', { '\udc00': 1 }],
    ['undefined in a list', [undefined]],
    ['a bigint', 1n],
    ['a function', () => 1],
  ]
  for (const [name, value] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => canonicalJson(value), MatrixError)
      assert.throws(() => checkCanonical(value), MatrixError)
    })
  }

  it('takes fractions and large integers in the JSON of old room versions, but nothing else', () => {
    assert.equal(canonicalJson([1.5, 2 ** 60], { strict: false }), '[1.5,1152921504606846976]')
    assert.throws(() => canonicalJson(NaN, { strict: false }), MatrixError)
    assert.throws(() => canonicalJson('\ud800', { strict: false }), MatrixError)
  })

  it('finds the same mistakes whether it writes or only checks', () => {
    fc.assert(
      fc.property(fc.anything(), (value) =>
        assert.equal(
          throws(() => canonicalJson(value)),
          throws(() => checkCanonical(value)),
        ),
      ),
    )
  })
})

/** JSON has no minus zero, and no prototype on an object that holds `__proto__`. */
function normal(value: unknown): unknown {
  return parseJson(JSON.stringify(value))
}

function throws(action: () => void): boolean {
  try {
    action()
    return false
  } catch {
    return true
  }
}
