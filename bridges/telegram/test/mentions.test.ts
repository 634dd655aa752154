import assert from 'node:assert/strict'
import type { LoginId, MessageIntent } from '@pons/core'
import type { EventId, RoomId, UserId } from '@pons/matrix'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { telegramAbilities } from '../src/to-network/handlers.ts'
import { ghostSuffixOf, userOfGhostSuffix } from '../src/ids.ts'
import { messageEvent } from '../src/from-network/message-event.ts'
import { People } from '../src/people.ts'
import { Peers } from '../src/protocol/peers.ts'
import type { AccountStore } from '../src/protocol/account-store.ts'

const host = new RecordingHost({
  userIdOf: (user) => `@telegram_${ghostSuffixOf(user)}:test` as UserId,
  remoteUserOf: (userId) => userOfGhostSuffix(/^@telegram_(.+):test$/.exec(userId)?.[1] ?? ''),
})

function storeOf(values: Map<string, unknown>): AccountStore {
  return {
    get: async (key) => values.get(key),
    write: async (writes) => writes.forEach(({ key, value }) => values.set(key, value)),
    list: async () => [],
  }
}

const user = (id: number, username: string): Api.User =>
  new Api.User({ id: bigInt(id), accessHash: bigInt(7), firstName: `User ${id}`, username })

async function read(peers: Peers, text: string): Promise<unknown> {
  const at = text.indexOf('@')
  const message = new Api.Message({
    id: 5,
    peerId: new Api.PeerChat({ chatId: bigInt(9) }),
    fromId: new Api.PeerUser({ userId: bigInt(3) }),
    date: 1_900_000_000,
    message: text,
    entities: [new Api.MessageEntityMention({ offset: at, length: /^@\w+/.exec(text.slice(at))?.[0].length ?? 0 })],
  })
  const { document } = await messageEvent({ people: new People('1' as LoginId, peers), host }, message)
  return document.blocks.flatMap((block) => (block.type === 'paragraph' ? block.children : []))
}

describe('mentions on Telegram', () => {
  it('by user name mean whoever goes by it, also after a restart and a change of the name', async () => {
    const stored = new Map<string, unknown>()
    const store = storeOf(stored)
    const peers = new Peers(store)
    peers.learn([user(1, 'AdaL'), user(2, 'ben_b')])
    const expected = [
      { type: 'text', text: 'hi ' },
      { type: 'mention', target: '@telegram_1:test', text: '@adal' },
      { type: 'text', text: '!' },
    ]
    assert.deepEqual(await read(peers, 'hi @adal!'), expected)
    await store.write(await peers.takeWrites())
    const later = new Peers(store)
    assert.deepEqual(await read(later, 'hi @adal!'), expected)
    later.learn([user(1, 'ada_lovelace')])
    assert.deepEqual(await read(later, 'hi @adal!'), [{ type: 'text', text: 'hi @adal!' }])
    assert.deepEqual(await read(later, '@nobody'), [{ type: 'text', text: '@nobody' }])
    assert.deepEqual(await read(later, '@Ada_Lovelace'), [
      { type: 'mention', target: '@telegram_1:test', text: '@Ada_Lovelace' },
    ])
  })

  it('by each of the user names of somebody who has several, also bought ones', async () => {
    const stored = new Map<string, unknown>()
    const store = storeOf(stored)
    const peers = new Peers(store)
    const name = (username: string, active: boolean) => new Api.Username({ username, active })
    peers.learn([
      new Api.User({
        id: bigInt(1),
        accessHash: bigInt(7),
        firstName: 'Ada',
        usernames: [name('ada', true), name('Countess', true), name('former', false)],
      }),
    ])
    await store.write(await peers.takeWrites())
    for (const known of [peers, new Peers(store)]) {
      for (const text of ['@ada', '@countess'])
        assert.deepEqual(await read(known, text), [{ type: 'mention', target: '@telegram_1:test', text }])
      assert.deepEqual(await read(known, '@former'), [{ type: 'text', text: '@former' }])
    }
  })

  it('of ghosts and of those who are logged in here name their accounts', async () => {
    const alice = '@alice:test' as UserId
    const { handlers } = telegramAbilities(
      { host, accountOf: (userId) => (userId === alice ? 'u1' : undefined) },
      { max_media_bytes: 1, chats_after_login: 1 },
      { typing: async () => undefined, receipt: async () => undefined, history: async () => [] },
    )
    const mention = (target: string, text: string) => ({ type: 'mention', target, text }) as const
    const intent: MessageIntent = {
      kind: 'message',
      chat: { chat: 'g9' as never },
      roomId: '!r:test' as RoomId,
      eventId: '$e' as EventId,
      sender: { userId: alice, displayName: 'Alice', viaRelay: false },
      timestampMs: 0,
      document: {
        kind: 'text',
        blocks: [
          {
            type: 'paragraph',
            children: [mention(alice, 'Alice'), mention('@telegram_2:test', 'Ben'), mention('@carl:test', 'Carl')],
          },
        ],
      },
    }
    const [action] = await handlers.message(intent)
    assert.deepEqual(action?.['entities'], [
      { type: 'mention', userId: '1', hash: '', offset: 0, length: 5 },
      { type: 'mention', userId: '2', hash: '', offset: 5, length: 3 },
    ])
  })
})
