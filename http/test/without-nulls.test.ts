import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { withoutNulls } from '../src/without-nulls.ts'

describe('null as absent', () => {
  const schema = Type.Object({
    must: Type.String(),
    may: Type.Optional(Type.String()),
    either: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
    nullable: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    free: Type.Optional(Type.Unknown()),
    content: Type.Optional(Type.Object({})),
    list: Type.Optional(Type.Array(Type.Object({ key: Type.Optional(Type.String()) }))),
    inner: Type.Optional(Type.Object({ may: Type.Optional(Type.Boolean()) })),
  })

  it('leaves out what may be absent, at every depth', () => {
    const given = {
      must: 'x',
      may: null,
      either: null,
      content: null,
      list: [{ key: null }, { key: 'k' }],
      inner: { may: null },
    }
    assert.deepEqual(withoutNulls(schema, given), { must: 'x', list: [{}, { key: 'k' }], inner: {} })
  })

  it('keeps what may be null, what must be there, and what no schema names', () => {
    const given = { must: null, nullable: null, free: null, unknown: null, content: { anything: null } }
    assert.equal(withoutNulls(schema, given), given)
  })

  it('takes names of prototypes as names', () => {
    const given = JSON.parse('{"must":"x","may":null,"__proto__":null,"constructor":{"prototype":null}}') as object
    const cleared = withoutNulls(schema, given) as object
    assert.deepEqual(Object.keys(cleared), ['must', '__proto__', 'constructor'])
  })
})
