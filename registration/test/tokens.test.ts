import assert from 'node:assert/strict'

import fc from 'fast-check'

import { tokensEqual } from '../src/index.ts'

describe('tokensEqual', () => {
  it('agrees with ===, whatever the lengths', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => tokensEqual(a, b) === (a === b)))
    fc.assert(fc.property(fc.string(), (a) => tokensEqual(a, a)))
    assert.equal(tokensEqual('a', 'a\0'), false)
  })
})
