import assert from 'node:assert/strict'
import { withoutNeedlessKeys } from '../../../src/protocol/mends/skipped-keys.ts'

describe('keys of a group that were passed over', () => {
  const keys = Array.from({ length: 500 }, (_, iteration) => ({ iteration, seed: { type: 'Buffer', data: [1, 2] } }))
  const record = (privateKey: object | null) => [
    {
      senderKeyId: 7,
      senderChainKey: { iteration: 501 },
      senderSigningKey: { public: { type: 'Buffer', data: [5] }, private: privateKey },
      senderMessageKeys: keys,
    },
  ]
  const kept = (value: unknown) =>
    JSON.parse(Buffer.from(withoutNeedlessKeys(Buffer.from(JSON.stringify(value)))).toString()) as ReturnType<
      typeof record
    >

  it('are not kept where we are the one who sends', () => {
    const own = record({ type: 'Buffer', data: [1, 2, 3] })
    assert.deepEqual(kept(own), [{ ...own[0], senderMessageKeys: [] }])
  })

  for (const none of [null, { type: 'Buffer', data: [] }]) {
    it(`are kept for the latest messages of somebody else (${JSON.stringify(none)})`, () => {
      const theirs = record(none)
      assert.deepEqual(kept(theirs), [{ ...theirs[0], senderMessageKeys: keys.slice(-200) }])
    })
  }
})
