import { proto } from '@whiskeysockets/baileys'
import type { Judge } from '../judge.ts'
import type { MediaHost } from '../media/media-host.ts'
import type { OpenedMedia } from '../media/media-files.ts'
import type { Chat, Person, PhoneMessage } from './entities.ts'
import { contextIn, textIn, unwrap } from './unwrap.ts'

/** A message that has come to a phone. */
export interface Received {
  readonly id: string
  readonly author: Person
  /** As this phone has it: the other person, or the group. */
  readonly chat: Chat
  readonly at: number
  readonly content: proto.IMessage
}

const { Type } = proto.Message.ProtocolMessage

/** What a phone does with a message once it can read it. One that it has already is not shown again. */
export function receive(phone: Person, received: Received, { media, judge }: { media: MediaHost; judge: Judge }): void {
  const content = unwrap(received.content)
  const { reactionMessage, protocolMessage } = content
  if (protocolMessage?.type === Type.REVOKE) return revoke(phone, received, protocolMessage.key, judge)
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return edit(phone, received, protocolMessage, judge)
  if (protocolMessage) return judgeProtocol(received, protocolMessage, judge)
  if (reactionMessage) return react(phone, received, reactionMessage, judge)
  if (messageIn(phone, received.chat, received) !== undefined) return
  if (Object.values(content).every((value) => value === null)) judge.against(`message ${received.id} is empty`)
  phone.messages.push(shown(phone, received, content, openedMedia(received, content, media, judge)))
}

/** An id is its author's choice: where the author is not given, it is any of that id. */
export function messageIn(
  phone: Person,
  chat: Chat,
  { id, author }: { readonly id: string; readonly author?: Person | undefined },
): PhoneMessage | undefined {
  return phone.messages.findLast(
    (message) => message.id === id && message.chat === chat && (author === undefined || message.author === author),
  )
}

/** The message that somebody's key names, from where they stand. */
function messageOfKey(
  phone: Person,
  { author, chat }: Received,
  key: proto.IMessageKey | null | undefined,
): PhoneMessage | undefined {
  const isTheirs = (by: Person): boolean =>
    key?.fromMe === true ? by === author : key?.participant ? isAt(by, key.participant) : by !== author
  const found = phone.messages.filter((message) => message.id === key?.id && message.chat === chat)
  return found.find((message) => isTheirs(message.author)) ?? found.at(-1)
}

function isAt({ lid, pn }: Person, jid: string): boolean {
  return jid === lid || jid === pn
}

function shown(
  phone: Person,
  received: Received,
  content: proto.IMessage,
  media: OpenedMedia | undefined,
): PhoneMessage {
  const { locationMessage, contactMessage } = content
  const context = contextIn(content)
  const { id, author, chat, at } = received
  const answered = context?.stanzaId ?? undefined
  const quoted =
    answered === undefined
      ? undefined
      : messageOfKey(phone, received, { id: answered, participant: context?.participant ?? null })
  return {
    id,
    author,
    chat,
    at,
    sent: content,
    text: textIn(content),
    isEdited: false,
    isDeleted: false,
    reactions: new Map(),
    repliesTo:
      answered === undefined
        ? undefined
        : { id: answered, text: quoted?.text ?? textIn(unwrap(context?.quotedMessage ?? {})) },
    media,
    location: locationMessage
      ? {
          latitude: locationMessage.degreesLatitude ?? 0,
          longitude: locationMessage.degreesLongitude ?? 0,
          name: locationMessage.name ?? '',
        }
      : undefined,
    contact: contactMessage ? { name: contactMessage.displayName ?? '', vcard: contactMessage.vcard ?? '' } : undefined,
    readBy: new Set(),
  }
}

function openedMedia(
  { id }: Received,
  content: proto.IMessage,
  media: MediaHost,
  judge: Judge,
): OpenedMedia | undefined {
  try {
    return media.open(content)
  } catch (error) {
    judge.against(`the file of message ${id}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function revoke(phone: Person, received: Received, key: proto.IMessageKey | null | undefined, judge: Judge) {
  const { author, chat, id } = received
  const message = messageOfKey(phone, received, key)
  if (message === undefined) return judge.against(`message ${id} takes back ${key?.id}, which is not in that chat`)
  const isAdmin = chat.kind === 'group' && chat.members.get(author)?.isAdmin === true
  if (message.author !== author && !isAdmin) return judge.against(`message ${id} takes back what somebody else said`)
  message.isDeleted = true
}

function edit(phone: Person, received: Received, change: proto.Message.IProtocolMessage, judge: Judge) {
  const { author, id } = received
  const message = messageOfKey(phone, received, { ...change.key, fromMe: true })
  if (message === undefined) return judge.against(`message ${id} edits ${change.key?.id}, which is not in that chat`)
  if (message.author !== author) return judge.against(`message ${id} edits what somebody else said`)
  message.text = textIn(unwrap(change.editedMessage ?? {}))
  message.isEdited = true
}

function react(phone: Person, received: Received, reaction: proto.Message.IReactionMessage, judge: Judge) {
  const { author, id } = received
  const message = messageOfKey(phone, received, reaction.key)
  if (message === undefined)
    return judge.against(`message ${id} reacts to ${reaction.key?.id}, which is not in that chat`)
  const isOwn = message.author === author
  if ((reaction.key?.fromMe === true) !== isOwn) judge.against(`reaction ${id} says wrongly whose message it is about`)
  if (reaction.text) message.reactions.set(author, reaction.text)
  else message.reactions.delete(author)
}

const quiet = new Set([
  Type.EPHEMERAL_SETTING,
  Type.APP_STATE_SYNC_KEY_REQUEST,
  Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
])

function judgeProtocol({ id }: Received, { type }: proto.Message.IProtocolMessage, judge: Judge): void {
  if (!quiet.has(type ?? Type.REVOKE)) judge.against(`message ${id} is of the protocol’s kind ${type}`)
}
