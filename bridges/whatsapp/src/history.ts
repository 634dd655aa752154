import { messageIdOf, jidOfChat, type Jid, jidOf, jidOfUser, chatKeyOf, isGroup, userIdOf } from './ids.ts'
import type { HistoryRequest, RemoteEvent, RemoteMessage, StoreWrite } from '@pons/core'
import { historyEvent } from './handle-remote.ts'
import { decodeMessage, encodeMessage, type HistoryPart } from './protocol/history-sync.ts'
import { incomingOf, type WebMessage } from './protocol/incoming.ts'
import { knownSnapshot, type RemoteContext } from './remote-context.ts'
import type { Understood } from './understood.ts'

export interface HistoryLimits {
  readonly history_messages: number
  readonly chats_after_login: number
}

/**
 * Keeps the last messages of each chat that the phone has handed over, for the rooms that are made later: WhatsApp hands them
 * over once. The most recent chats get their rooms at once.
 */
export async function keepHistory(
  context: RemoteContext,
  part: HistoryPart,
  limits: HistoryLimits,
): Promise<Understood> {
  const { people, store } = context
  for (const { lid, pn } of part.mappings) people.learn({ jid: lid, alternative: pn })
  for (const { jid, alternative, book, push } of part.contacts) {
    if (jidOf(jid)?.endsWith('@g.us') === true) continue
    people.learn({ jid, alternative, ...(book !== undefined && { book }), ...(push !== undefined && { push }) })
  }
  for (const { jid, timer } of part.chats) {
    const chat = jidOf(jid)
    if (chat !== undefined && timer !== undefined) context.timers.learn(people.idOf(chat), timer)
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
    writes.push(...(await rowsOf(context, chat, messages, limits.history_messages)))
  }
  const { events, count } = await firstRooms(context, part, limits.chats_after_login)
  return { writes: store.keyed([...writes, { key: 'rooms-made', value: count }]), events }
}

/** Parts overlap, and need not come in their order: each message is kept once, and the newest of all of them. */
async function rowsOf(
  { store }: RemoteContext,
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
  context: RemoteContext,
  { chats }: HistoryPart,
  wanted: number,
): Promise<{ events: RemoteEvent[]; count: number }> {
  const { host, login, people, store } = context
  const made = await store.get('rooms-made')
  let count = typeof made === 'number' ? made : 0
  const events: RemoteEvent[] = []
  for (const { jid, name } of chats.toSorted((a, b) => b.timestamp - a.timestamp)) {
    const known = jidOf(jid)
    const chat = known === undefined ? undefined : people.idOf(known)
    if (chat === undefined || people.isSelf(chat) || count >= wanted) continue
    count++
    const snapshot = { ...(isGroup(chat) && name !== undefined && { name }), ...knownSnapshot(context, chat) }
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

/** The kept messages of a chat before one of them, oldest first. */
export async function readHistory(
  context: RemoteContext,
  { chat, limit, before, beforeBy }: HistoryRequest,
): Promise<RemoteMessage[]> {
  const rows = await context.store.list(`history/${jidOfChat(chat)}/`)
  const author = beforeBy && userIdOf(context.people.idOf(jidOfUser(beforeBy)))
  const events: RemoteMessage[] = []
  // Newest first.
  for (const { value } of rows) {
    const message = typeof value === 'string' ? incomingOf(decodeMessage(value)) : undefined
    const event = message === undefined ? undefined : historyEvent(context, message)
    if (event !== undefined && event.id === before && (author === undefined || event.idBy === author)) events.length = 0
    else if (event !== undefined) events.push(event)
  }
  return events.slice(0, limit).toReversed()
}
