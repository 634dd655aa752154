import { plainText } from '@pons/core'
import { proto, type WAMessage } from '@whiskeysockets/baileys'
import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { ChatInfo } from '../../src/chat-info.ts'
import { accountIntake } from '../../src/from-network/account-intake.ts'
import { Messages } from '../../src/from-network/messages.ts'
import { PhoneHistory } from '../../src/from-network/phone-history.ts'
import { readHistory } from '../../src/from-network/read-history.ts'
import { SpeakerPictures } from '../../src/from-network/speaker-pictures.ts'
import { TypingWatch } from '../../src/from-network/typing-watch.ts'
import { chatKeyOf } from '../../src/ids.ts'
import { AuthState } from '../../src/protocol/auth-state.ts'
import { Connection } from '../../src/protocol/connection.ts'
import { DecryptionLog } from '../../src/protocol/decryption-log.ts'
import { fetchHistory } from '../../src/protocol/fetch-history.ts'
import { friend, from, login, self, stage as understandingStage } from './understanding.ts'

describe('messages that the library says at once', () => {
  async function stage() {
    const { host, known } = await understandingStage()
    const { list, write } = host.store
    const auth = new AuthState(host.store, login)
    const decryptions = new DecryptionLog({ auth, list, write, now: () => host.now() })
    const [intake, connection] = [accountIntake(host, known.store, known.chats), new Connection()]
    const history = new PhoneHistory({
      logger: host.logger,
      place: known,
      intake,
      limits: { history_messages: 5, chats_after_login: 1 },
      fetch: async (notice) => await fetchHistory(notice, { options: {}, server: undefined }),
      tellOwner: (text) => assert.fail(text),
    })
    const pictures = new SpeakerPictures({ ...known, info: new ChatInfo(known), intake, connection })
    const watch = new TypingWatch(host, connection)
    const messages = new Messages({
      logger: host.logger,
      reader: known.reader,
      auth,
      decryptions,
      intake,
      history,
      pictures,
      watch,
    })
    return { host, known, intake, messages }
  }

  /** A part of the history, as its phone announces it. */
  function part(...numbers: readonly number[]): WAMessage {
    const said = numbers.map((number) => ({
      message: {
        ...from(friend, { conversation: `number ${number}` }, { id: `N${number}` }),
        messageTimestamp: number,
      },
    }))
    const conversations = [{ id: friend, conversationTimestamp: Math.max(...numbers), messages: said }]
    const { RECENT: syncType } = proto.HistorySync.HistorySyncType
    const packed = deflateSync(proto.HistorySync.encode({ syncType, conversations }).finish())
    const historySyncNotification = { syncType: 3, initialHistBootstrapInlinePayload: packed }
    const content = { protocolMessage: { type: 5, historySyncNotification } }
    return Object.assign(from(self.phone, content, { fromMe: true }), { category: 'peer' })
  }

  it('have each part of a history among them kept', async () => {
    const { host, known, intake, messages } = await stage()
    messages.hear([part(3, 2), part(4, 1), from(friend, { conversation: 'after them' })])
    await intake.take(() => ({ events: [], writes: [] }))
    const kept = await readHistory(known, { chat: chatKeyOf(friend, login), limit: 50 })
    assert.deepEqual(
      kept.map(({ document }) => plainText(document)),
      [1, 2, 3, 4].map((number) => `number ${number}`),
    )
    assert.deepEqual(
      host.events.map(({ kind }) => kind),
      ['snapshot', 'message'],
    )
  })
})
