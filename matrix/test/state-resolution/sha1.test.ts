import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import fc from 'fast-check'

import { sha1Hex } from '../../src/state-resolution/sha1.ts'

describe('sha1Hex', () => {
  it('agrees with Node', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.equal(sha1Hex(text), createHash('sha1').update(text).digest('hex'))
      }),
      { numRuns: 500 },
    )
  })
})
