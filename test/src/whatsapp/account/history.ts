import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { Chat, Group, Person, PhoneMessage } from '../world/entities.ts'

const { HistorySyncType } = proto.HistorySync

/** Puts a part of a history where the device finds it. */
type Place = (payload: Uint8Array) => Partial<proto.Message.IHistorySyncNotification>

/** In the notice itself. */
const inline: Place = (payload) => ({ initialHistBootstrapInlinePayload: payload })

/** What the phone tells a device when it has just been linked: chats with their last messages, newest first, and names. */
export function historyOf(
  person: Person,
  groups: Iterable<Group>,
  place = inline,
  mostPerChat = 100,
): proto.IMessage[] {
  const chats = new Set<Chat>(person.messages.map(({ chat }) => chat))
  for (const group of groups) if (group.members.has(person)) chats.add(group)
  const people = [
    ...new Set(person.messages.flatMap(({ author, chat }) => (chat.kind === 'person' ? [author, chat] : [author]))),
  ]
  const conversations = [...chats].map((chat) => conversationOf(person, chat, mostPerChat))
  const phoneNumberToLidMappings = people.map(({ pn, lid }) => ({ pnJid: pn, lidJid: lid }))
  const pushnames = people.map(({ lid, name }) => ({ id: lid, pushname: name }))
  return [
    notice(
      { syncType: HistorySyncType.INITIAL_BOOTSTRAP, conversations, phoneNumberToLidMappings, progress: 100 },
      place,
    ),
    notice({ syncType: HistorySyncType.PUSH_NAME, pushnames, phoneNumberToLidMappings }, inline),
  ]
}

function notice(history: proto.IHistorySync, place: Place): proto.IMessage {
  const payload = deflateSync(proto.HistorySync.encode(history as proto.HistorySync).finish())
  const historySyncNotification = {
    // The kinds of history and of their notices have the same numbers.
    syncType: history.syncType as number,
    chunkOrder: 1,
    progress: history.progress ?? null,
    ...place(payload),
  }
  const type = proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION
  return { protocolMessage: { type, historySyncNotification } }
}

function conversationOf(person: Person, chat: Chat, most: number): proto.IConversation {
  const messages = person.seen(chat).slice(-most).reverse()
  const conversationTimestamp = Math.floor((messages[0]?.at ?? Date.now()) / 1000)
  const about =
    chat.kind === 'group'
      ? { id: chat.jid, name: chat.subject }
      : { id: chat.lid, pnJid: chat.pn, lidJid: chat.lid, name: person.contactNames.get(chat) ?? chat.name }
  return {
    ...about,
    conversationTimestamp,
    unreadCount: 0,
    messages: messages.map((message, index) => ({ message: webMessage(person, message), msgOrderId: index + 1 })),
  }
}

function webMessage(
  person: Person,
  { id, author, chat, at, sent, text, isEdited }: PhoneMessage,
): proto.IWebMessageInfo {
  const isOwn = author === person
  const participant = chat.kind === 'group' ? { participant: author.lid } : {}
  return {
    key: { remoteJid: chat.kind === 'group' ? chat.jid : chat.lid, id, fromMe: isOwn, ...participant },
    message: isEdited ? { conversation: text } : sent,
    messageTimestamp: Math.floor(at / 1000),
    pushName: author.name,
    status: proto.WebMessageInfo.Status.READ,
    ...participant,
  }
}
