import assert from 'node:assert/strict'

import fc from 'fast-check'

import { MatrixError, decodeLocalpart, encodeLocalpart, isValidLocalpart } from '../src/index.ts'

const anyText = fc.string({ unit: 'binary', minLength: 1 })

describe('localpart', () => {
  const examples = [
    ['alice', 'alice'],
    ['A', '_a'],
    ['_', '__'],
    ['#', '=23'],
    ['á', '=c3=a1'],
    ['=', '=3d'],
    ['Nick[away]', '_nick=5baway=5d'],
    ['snake_Case', 'snake___case'],
    ['😀', '=f0=9f=98=80'],
    ['', ''],
  ] as const
  for (const [text, localpart] of examples) {
    it(`writes ${JSON.stringify(text)} as ${localpart}`, () => {
      assert.equal(encodeLocalpart(text), localpart)
      assert.equal(decodeLocalpart(localpart), text)
    })
  }

  it('gives every text back', () => {
    fc.assert(fc.property(anyText, (text) => decodeLocalpart(encodeLocalpart(text)) === text))
  })

  it('makes localparts that a user may have', () => {
    fc.assert(fc.property(anyText, (text) => isValidLocalpart(encodeLocalpart(text))))
  })

  it('keeps texts apart', () => {
    fc.assert(fc.property(anyText, anyText, (a, b) => a === b || encodeLocalpart(a) !== encodeLocalpart(b)))
  })

  it('decodes nothing that it does not encode', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '_', '=', '0', '9', 'c', 'f', '3') }), (localpart) => {
        let text: string
        try {
          text = decodeLocalpart(localpart)
        } catch (error) {
          assert(error instanceof MatrixError)
          return
        }
        assert.equal(encodeLocalpart(text), localpart)
      }),
      { numRuns: 1000 },
    )
  })

  for (const localpart of ['A', '=4', '=zz', '=61', '=ff', '_', '_A', 'a b', '=5F', '=c3']) {
    it(`refuses to decode ${localpart}`, () => {
      assert.throws(() => decodeLocalpart(localpart), MatrixError)
    })
  }

  it('refuses to encode a lone surrogate', () => {
    assert.throws(() => encodeLocalpart('\ud800'), MatrixError)
  })
})
