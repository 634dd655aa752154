import type { BridgeHost, LoginId, RemoteEvent, StoreWrite, Understood } from '@pons/core'
import type { AccountStore } from '../account-store.ts'
import { chatKeyOf, isGroup, jidOf, messageIdOf, type Jid } from '../ids.ts'
import { knownSnapshot, type KnownChats } from '../known-snapshot.ts'
import type { WebMessage } from '../protocol/incoming.ts'
import { decodeMessage, encodeMessage } from '../protocol/stored-message.ts'
import type { HistoryPart } from '../protocol/unpack-history.ts'

/** Whose history it is, where it is kept, and what is known of those in it. */
export interface HistoryPlace {
  readonly host: Pick<BridgeHost, 'now'>
  readonly login: LoginId
  readonly store: AccountStore
  readonly chats: KnownChats
}

export interface HistoryLimits {
  readonly history_messages: number
  readonly chats_after_login: number
}

/**
 * Keeps the last messages of each chat that the phone has handed over, for the rooms that are made later: WhatsApp hands them
 * over once. The most recent chats get their rooms at once.
 */
export async function keepHistory(place: HistoryPlace, part: HistoryPart, limits: HistoryLimits): Promise<Understood> {
  const { store, chats } = place
  const { people, timers } = chats
  for (const { lid, pn } of part.mappings) people.learn({ jid: lid, alternative: pn })
  for (const { jid, alternative, book, push } of part.contacts) {
    if (jidOf(jid)?.endsWith('@g.us') === true) continue
    people.learn({ jid, alternative, ...(book !== undefined && { book }), ...(push !== undefined && { push }) })
  }
  for (const { jid, timer } of part.chats) {
    const chat = jidOf(jid)
    if (chat !== undefined && timer !== undefined) timers.learn(people.idOf(chat), timer)
  }
  const byChat = new Map<Jid, WebMessage[]>()
  for (const message of part.messages) {
    const jid = jidOf(message.key.remoteJid)
    if (jid === undefined) continue
    const chat = people.idOf(jid)
    byChat.set(chat, [...(byChat.get(chat) ?? []), message])
  }
  const writes: StoreWrite[] = []
  for (const [chat, messages] of byChat) {
    writes.push(...(await rowsOf(store, chat, messages, limits.history_messages)))
  }
  const { events, count } = await firstRooms(place, part, limits.chats_after_login)
  return { writes: store.keyed([...writes, { key: 'rooms-made', value: count }]), events }
}

/** Parts overlap, and need not come in their order: each message is kept once, and the newest of all of them. */
async function rowsOf(
  store: AccountStore,
  chat: Jid,
  newestFirst: readonly WebMessage[],
  max: number,
): Promise<StoreWrite[]> {
  const rows = await store.list(`history/${chat}/`)
  const kept = rows.flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  const messages = new Map<string, { readonly at: number; readonly value: string }>()
  const add = (message: WebMessage, value: string): void => {
    const { id, fromMe, participant } = message.key
    const name = JSON.stringify([id, fromMe === true, participant ?? ''])
    if (!messages.has(name)) messages.set(name, { at: Number(message.messageTimestamp ?? 0), value })
  }
  for (const value of kept) add(decodeMessage(value), value)
  for (const message of newestFirst) add(message, encodeMessage(message))
  const newest = [...messages.values()].toSorted((one, other) => other.at - one.at).slice(0, max)
  return newest.flatMap(({ value }, index) =>
    value === kept[index] ? [] : [{ key: `history/${chat}/${String(index).padStart(6, '0')}`, value }],
  )
}

async function firstRooms(
  { host, login, store, chats: known }: HistoryPlace,
  { chats }: HistoryPart,
  wanted: number,
): Promise<{ events: RemoteEvent[]; count: number }> {
  const { people } = known
  const made = await store.get('rooms-made')
  let count = typeof made === 'number' ? made : 0
  const events: RemoteEvent[] = []
  for (const { jid, name } of chats.toSorted((a, b) => b.timestamp - a.timestamp)) {
    const named = jidOf(jid)
    const chat = named === undefined ? undefined : people.idOf(named)
    if (chat === undefined || people.isSelf(chat) || count >= wanted) continue
    count++
    const snapshot = { ...(isGroup(chat) && name !== undefined && { name }), ...knownSnapshot(known, chat) }
    events.push({
      kind: 'snapshot',
      chat: chatKeyOf(chat, login),
      id: messageIdOf(`login:${login}`),
      timestampMs: host.now(),
      login,
      snapshot,
      createsPortal: true,
    })
  }
  return { events, count }
}
