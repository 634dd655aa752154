import assert from 'node:assert/strict'
import { libraryPair, self } from '../../library-sessions.ts'
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

  it('are kept by the library alone, of what one has sent oneself', async () => {
    const { account } = await libraryPair()
    const group = '120363000000000001@g.us'
    const rows: Record<string, unknown>[] = []
    const set = account.keys.set.bind(account.keys)
    account.keys.set = async (data) => {
      rows.push(data['sender-key'] ?? {})
      await set(data)
    }
    for (let count = 0; count < 20; count++) {
      await account.repository.encryptGroupMessage({ group, meId: self, data: Buffer.from('said') })
    }
    const [last] = Object.values(rows.at(-1) ?? {})
    const [state] = JSON.parse(Buffer.from(last as Uint8Array).toString()) as ReturnType<typeof record>
    assert.ok((state?.senderMessageKeys.length ?? 0) > 10)
  })

  for (const none of [null, { type: 'Buffer', data: [] }]) {
    it(`are kept for the latest messages of somebody else (${JSON.stringify(none)})`, () => {
      const theirs = record(none)
      assert.deepEqual(kept(theirs), [{ ...theirs[0], senderMessageKeys: keys.slice(-200) }])
    })
  }
})
