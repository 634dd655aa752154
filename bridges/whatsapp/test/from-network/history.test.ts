import { plainText } from '@pons/core'
import type { WAMessage } from '@whiskeysockets/baileys'
import assert from 'node:assert/strict'
import { keepHistory } from '../../src/from-network/keep-history.ts'
import { readHistory } from '../../src/from-network/read-history.ts'
import { chatKeyOf } from '../../src/ids.ts'
import { friend, from, login, stage } from './understanding.ts'

const limits = { history_messages: 5, chats_after_login: 15 }

/** The messages of those numbers, as a part of the history has them: newest first. */
function numbered(...numbers: readonly number[]): WAMessage[] {
  return numbers
    .toSorted((a, b) => b - a)
    .map((number) => ({
      ...from(friend, { conversation: `number ${number}` }, { id: `N${number}` }),
      messageTimestamp: 1_700_000_000 + number,
    }))
}

describe('up to N is not exactly N, in the parts of a history', () => {
  for (const [what, parts] of [
    ['in their order', [numbered(8, 9), numbered(5, 6, 7), numbered(1, 2, 3, 4)]],
    ['that overlap', [numbered(8, 9), numbered(7, 8, 9), numbered(4, 5, 6, 7, 8)]],
    ['the older first', [numbered(1, 2, 3, 4, 5), numbered(6, 7, 8, 9)]],
    ['of which one is empty', [numbered(5, 6, 7, 8, 9), []]],
  ] as const) {
    it(`the newest of all are kept, each once: parts ${what}`, async () => {
      const { known, host } = await stage()
      for (const messages of parts) {
        const part = { chats: [], messages, contacts: [], mappings: [] }
        await host.store.write((await keepHistory(known, part, limits)).writes)
      }
      const found = await readHistory(known, { chat: chatKeyOf(friend, login), limit: 50 })
      assert.deepEqual(
        found.map(({ document }) => plainText(document)),
        [5, 6, 7, 8, 9].map((number) => `number ${number}`),
      )
    })
  }
})
