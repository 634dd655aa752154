import assert from 'node:assert/strict'

import fc from 'fast-check'

import { MatrixError, ownValue, parseJson } from '../../src/index.ts'
import type { JsonObject } from '../../src/index.ts'

function errcodeOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    assert(error instanceof MatrixError)
    return error.errcode
  }
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => assert.equal(JSON.stringify(parseJson(text)), JSON.stringify(JSON.parse(text)))),
    )
  })

  for (const text of ['', '{', '{"a":}', 'nonsense', '[1,]', "{'a':1}", '01']) {
    it(`says M_NOT_JSON to ${JSON.stringify(text)}`, () =>
      assert.equal(
        errcodeOf(() => parseJson(text)),
        'M_NOT_JSON',
      ))
  }

  it('takes the last of duplicate keys', () => {
    assert.deepEqual(parseJson('{"a":1,"a":2}'), { a: 2 })
  })

  it('allows the given depth and refuses one more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    assert.doesNotThrow(() => parseJson(nested(100)))
    assert.equal(
      errcodeOf(() => parseJson(nested(101))),
      'M_BAD_JSON',
    )
    assert.equal(
      errcodeOf(() => parseJson(nested(3), { maxDepth: 2 })),
      'M_BAD_JSON',
    )
    assert.equal(
      errcodeOf(() => parseJson('{"a":'.repeat(500))),
      'M_BAD_JSON',
    )
  })

  it('does not die of a depth that would overflow the stack', () => {
    assert.equal(
      errcodeOf(() => parseJson('['.repeat(5_000_000))),
      'M_BAD_JSON',
    )
  })

  it('does not count brackets within strings', () => {
    const text = JSON.stringify({ a: '[{'.repeat(200), b: `\\"${'['.repeat(200)}` })
    assert.deepEqual(parseJson(text), JSON.parse(text))
  })

  for (const key of ['__proto__', '\\u005f_proto__', '__p\\u0072oto__']) {
    it(`keeps ${key} as a plain property that sets no prototype when copied`, () => {
      const value = parseJson(`{"x":{"${key}":{"polluted":true},"a":1}}`) as { x: JsonObject }
      assert.deepEqual(Object.keys(value.x).sort(), ['__proto__', 'a'])
      const copy: { polluted?: boolean } = Object.assign(Object.create(null), value.x)
      assert.equal(copy.polluted, undefined)
      assert.equal(({} as { polluted?: boolean }).polluted, undefined)
      assert.deepEqual({ ...(ownValue(value.x, '__proto__') as object) }, { polluted: true })
    })
  }

  it('reads wire keys without finding the prototype', () => {
    assert.equal(ownValue(parseJson('{}') as JsonObject, 'constructor'), undefined)
    assert.equal(ownValue(parseJson('{"constructor":1}') as JsonObject, 'constructor'), 1)
  })
})
