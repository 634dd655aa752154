import { loginId, type RemoteEvent } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { proto, type GroupMetadata, type WAMessage } from '@whiskeysockets/baileys'
import { RecordingHost } from '../../../../test/src/network/recording-host.ts'
import { accountStore } from '../../src/account-store.ts'
import { AccountLines } from '../../src/from-network/account-placeholders.ts'
import { MessageReader } from '../../src/from-network/message-reader.ts'
import { Groups } from '../../src/groups.ts'
import { ghostSuffixOf, userOfGhostSuffix, type Jid } from '../../src/ids.ts'
import { People } from '../../src/people.ts'
import { Placeholders } from '../../src/placeholders.ts'
import { incomingOf, type Content } from '../../src/protocol/incoming.ts'
import { SharedLines } from '../../src/shared-lines.ts'
import { Timers } from '../../src/timers.ts'
import { Unread } from '../../src/unread.ts'

export const login = loginId('90000000000001')
export const self = { phone: '15550000001@s.whatsapp.net', lid: '90000000000001@lid' } as const
export const friend: Jid = '90000000000002@lid'
export const friendPhone: Jid = '15550000002@s.whatsapp.net'
export const other: Jid = '90000000000003@lid'
export const group: Jid = '120363000000000001@g.us'

let counter = 0

export function from(chat: Jid, content: Content, key: Partial<WAMessage['key']> = {}): WAMessage {
  return {
    key: { remoteJid: chat, id: `3A${++counter}`, fromMe: false, ...key },
    message: proto.Message.fromObject(content),
    messageTimestamp: 1_700_000_000,
    pushName: 'Friend',
  } as WAMessage
}

export function groupOf(...participants: GroupMetadata['participants']): GroupMetadata {
  return { id: group, subject: 'The group', owner: undefined, participants } as GroupMetadata
}

/** Understands messages as an account of this login does, with a host that keeps what comes of them. */
export async function stage() {
  const host = new RecordingHost({
    userIdOf: (user) => `@whatsapp_${ghostSuffixOf(user)}:test` as UserId,
    remoteUserOf: (userId) => userOfGhostSuffix(/^@whatsapp_(.+):test$/.exec(userId)?.[1] ?? ''),
  })
  const store = accountStore(host.store, login)
  const people = await People.load(store, login, self)
  const placeholders = await Placeholders.load(store, people)
  const shared = new SharedLines()
  shared.add({ placeholders, store })
  const chats = { people, groups: await Groups.load(store, people), timers: await Timers.load(store, people) }
  const asked: Jid[] = []
  const reader = new MessageReader({
    host,
    login,
    chats,
    lines: new AccountLines({ store, placeholders, shared }),
    unread: new Unread(),
    readAnew: (chat) => void asked.push(chat),
  })
  const known = { host, login, store, chats, naming: { host, people }, ...chats, placeholders, reader, asked }
  const hear = async (message: WAMessage): Promise<readonly RemoteEvent[]> => {
    const incoming = incomingOf(message)
    if (incoming === undefined) return []
    const { events, writes } = await reader.understand(incoming)
    await host.ingest(events, { writes: [...writes, ...store.keyed(people.takeWrites())], links: people.takeLinks() })
    return events
  }
  return { host, known, hear }
}
