import assert from 'node:assert/strict'

import fc from 'fast-check'

import { decodeBase64, encodeBase64, encodeBase64Url } from '../src/index.ts'
import vectors from './vectors/base64.json' with { type: 'json' }

describe('base64', () => {
  for (const { text, base64 } of vectors.vectors) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(base64)}`, () => {
      assert.equal(encodeBase64(new TextEncoder().encode(text)), base64)
      assert.equal(new TextDecoder().decode(decodeBase64(base64)), text)
    })
  }

  it('agrees with Node in both alphabets, and reads padding too', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes)
        assert.equal(encodeBase64(bytes), buffer.toString('base64').replaceAll('=', ''))
        assert.equal(encodeBase64Url(bytes), buffer.toString('base64url'))
        for (const form of ['base64', 'base64url'] as const) {
          assert.deepEqual(decodeBase64(buffer.toString(form)), new Uint8Array(bytes))
        }
      }),
    )
  })

  for (const length of [3071, 3072, 3073, 200_000]) {
    it(`writes ${length} bytes`, () => {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37) % 256)
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64').replaceAll('=', ''))
    })
  }

  for (const text of ['A', 'AAAAA', 'A===', 'Zg=', 'Z g', 'Zg\n', 'Zé', 'Zm9=v']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(decodeBase64(text), undefined))
  }
})
