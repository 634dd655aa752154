import assert from 'node:assert/strict'
import { innerMap, jsonOf } from '../../src/index.ts'

describe('dictionaries by names from outside', () => {
  it('hold every name as a property like any other, at every level', () => {
    const outer = new Map<string, Map<string, number>>()
    const names = ['__proto__', 'constructor', 'toString', 'plain']
    for (const [at, name] of names.entries()) for (const inner of names) innerMap(outer, name).set(inner, at)
    const json = jsonOf(outer)
    assert.deepEqual(Object.keys(json), names)
    for (const member of Object.values(json)) assert.deepEqual(Object.keys(member as object), names)
    const row = '{"__proto__":0,"constructor":0,"toString":0,"plain":0}'
    assert.ok(JSON.stringify(json).startsWith(`{"__proto__":${row},`))
  })
})
