import assert from 'node:assert/strict'

import fc from 'fast-check'

import { splitStateMapKey, stateMapKey } from '../../src/index.ts'

describe('stateMapKey', () => {
  it('gives type and state key back, whatever is in them', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, (type, key) => assert.deepEqual(splitStateMapKey(stateMapKey(type, key)), [type, key])),
    )
  })
})
