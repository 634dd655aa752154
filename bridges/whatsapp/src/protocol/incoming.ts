import type { proto } from '@whiskeysockets/baileys'
import { normalizeMessageContent, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import { contextOf } from './context-of.ts'

export type Content = proto.IMessage
export type ContextInfo = proto.IContextInfo
export type HistoryNotice = proto.Message.IHistorySyncNotification
/** A message as the library hands it over, and as it is kept. */
export type WebMessage = WAMessage
/** By which we name one. */
export type WebMessageKey = WAMessageKey
/** By which a message names another. */
export type NamedKey = proto.IMessageKey

/** A message as the bridge looks at it: addresses as they came, the content without its wrappings. */
export interface Incoming {
  readonly id: string
  readonly chat: string
  readonly chatAlternative: string | undefined
  /** undefined: the chat's other side, or the account itself. */
  readonly sender: string | undefined
  readonly senderAlternative: string | undefined
  readonly isFromMe: boolean
  readonly timestampMs: number
  readonly pushName: string | undefined
  readonly verifiedName: string | undefined
  /** undefined where it says nothing, or what it says could not be read. */
  readonly content: Content | undefined
  readonly stub: number | undefined
  readonly stubParameters: readonly string[]
  /** From the account's own phone to this device: keys and history. */
  readonly isFromPhone: boolean
  readonly isViewOnce: boolean
  /** With what timer it was sent; undefined: none. */
  readonly timer: { readonly seconds: number; readonly setAt: number } | undefined
}

/** undefined for what names no chat, has no id, or is a status post. */
export function incomingOf(message: WAMessage): Incoming | undefined {
  const { key, messageTimestamp, pushName, verifiedBizName, messageStubType, messageStubParameters } = message
  if (!filled(key.id) || !filled(key.remoteJid)) return undefined
  // Shown to all who may see it, and said to nobody: it is no message of the chat with whoever posted it.
  if (key.remoteJid === 'status@broadcast') return undefined
  const isBroadcast = key.remoteJid.endsWith('@broadcast') && filled(key.participant)
  const participant = filled(key.participant) ? key.participant : undefined
  const { category } = message as { category?: string }
  return {
    id: key.id,
    // Said to many at once, it stands in the chat with whoever said it.
    chat: isBroadcast ? (participant ?? key.remoteJid) : key.remoteJid,
    chatAlternative: text(isBroadcast ? key.participantAlt : key.remoteJidAlt),
    sender: isBroadcast ? undefined : participant,
    senderAlternative: isBroadcast ? undefined : text(key.participantAlt),
    isFromMe: key.fromMe === true,
    timestampMs: Number(messageTimestamp ?? 0) * 1000,
    pushName: text(pushName),
    verifiedName: text(verifiedBizName),
    content: contentOf(message),
    stub: messageStubType ?? undefined,
    stubParameters: messageStubParameters ?? [],
    isFromPhone: category === 'peer',
    isViewOnce: isViewOnce(message),
    timer: timerOf(message),
  }
}

/** Without what the parts of a message tell programs: a group's key can be read where the words beside it cannot. */
function contentOf({ message }: WAMessage): Content | undefined {
  const content = normalizeMessageContent(message)
  const said = Object.entries(content ?? {}).filter(([name, value]) => !forPrograms.has(name) && value !== null)
  return said.length === 0 ? undefined : content
}

const forPrograms = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
])

function isViewOnce({ key, message }: WAMessage): boolean {
  const { isViewOnce: isUnavailable } = key as { isViewOnce?: boolean }
  if (isUnavailable === true) return true
  const outer = message?.ephemeralMessage?.message ?? message
  const { imageMessage, videoMessage, ptvMessage, audioMessage } = normalizeMessageContent(message) ?? {}
  if ([imageMessage, videoMessage, ptvMessage, audioMessage].some((medium) => medium?.viewOnce === true)) return true
  return [outer?.viewOnceMessage, outer?.viewOnceMessageV2, outer?.viewOnceMessageV2Extension].some(
    (wrapping) => wrapping !== null && wrapping !== undefined,
  )
}

/** In what is said about the content; in history, beside it. */
function timerOf({ message, messageTimestamp, ephemeralDuration }: WAMessage): Incoming['timer'] {
  const { expiration, ephemeralSettingTimestamp: setAt } = contextOf(normalizeMessageContent(message) ?? {}) ?? {}
  const seconds = expiration ?? ephemeralDuration ?? 0
  return seconds > 0 ? { seconds, setAt: Number(setAt ?? messageTimestamp ?? 0) } : undefined
}

function filled(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== ''
}

function text(value: string | null | undefined): string | undefined {
  return filled(value) ? value : undefined
}
