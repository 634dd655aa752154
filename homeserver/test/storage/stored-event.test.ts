import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { EventId, JsonObject } from '@pons/matrix'
import { decodeContent, encodeContent } from '../../src/storage/event-content.ts'
import { decodeEventId, encodeEventId } from '../../src/storage/event-id-bytes.ts'
import { encodeRefs } from '../../src/storage/event-refs.ts'
import { decodeRefs } from './decode-refs.ts'

const position = fc.integer({ min: 0, max: 2 ** 40 })

describe('what an event is stored as', () => {
  it('gives back the numbers of prev and auth events', () => {
    fc.assert(
      fc.property(fc.array(position), fc.array(position), (prev, auth) => {
        assert.deepEqual(decodeRefs(encodeRefs(prev, auth)), { prev, auth })
      }),
    )
  })

  it('gives back any JSON, small and large, with and without further keys', () => {
    const object = fc.object({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
    fc.assert(
      fc.property(object, fc.option(object, { nil: undefined }), fc.nat({ max: 2000 }), (content, extra, length) => {
        const stored = { content: { ...content, body: 'word '.repeat(length) }, ...(extra && { extra }) }
        const { content: decoded, extra: more } = decodeContent(encodeContent(stored))
        assert.deepEqual(decoded, stored.content)
        assert.deepEqual(more ?? {}, extra ?? {})
      }),
    )
  })

  it('deflates what is long and repeats itself', () => {
    const content = { body: 'the same words again '.repeat(100), msgtype: 'm.text' }
    assert.ok(encodeContent({ content }).length < 200)
  })

  for (const eventIds of ['base64', 'base64url'] as const) {
    it(`gives back hash ids in ${eventIds}, in 32 bytes`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
          const id = `$${Buffer.from(hash).toString(eventIds).replace(/=$/, '')}` as EventId
          const encoded = encodeEventId(id)
          assert.equal(encoded.length, 32)
          assert.equal(decodeEventId(encoded, { eventIds }), id)
        }),
      )
    })
  }

  it('gives back textual ids of every length, and never takes two ids for one', () => {
    const texts = Array.from({ length: 60 }, (_, length) => `$${'a'.repeat(length)}:b.c` as EventId)
    // Not the only way to write its bytes: the last letter has bits that no byte needs.
    texts.push(`$${'A'.repeat(42)}B` as EventId, `$${'A'.repeat(43)}` as EventId)
    for (const id of texts) assert.equal(decodeEventId(encodeEventId(id), { eventIds: 'base64url' }), id)
    const encoded = new Set(texts.map((id) => Buffer.from(encodeEventId(id)).toString('hex')))
    assert.equal(encoded.size, texts.length)
  })
})
