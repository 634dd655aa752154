import {
  abilities,
  BridgeError,
  type BridgeHost,
  type ClientHandlers,
  type Formatting,
  type MatrixIntent,
  type MediaReference,
  type MessageIntent,
  type TargetMessage,
} from '@pons/core'
import type { UserId } from '@pons/matrix'
import { asStored, type OutgoingFile, type TelegramAction } from './actions.ts'
import type { TelegramConfig } from './config.ts'
import { splitText, textFrom, withSpeaker, type FormattedText } from './convert/to-telegram.ts'
import { numberOfMessage, peerOfUser } from './ids.ts'

const maxText = 4096
const maxCaption = 1024
const editDays = 2
const adminLevel = 50

const formatting: readonly Formatting[] = [
  'bold',
  'italic',
  'underline',
  'strike',
  'code',
  'code-block',
  'spoiler',
  'quote',
  'link',
  'mention',
]

/** Handlers that turn what people do in Matrix into actions, with their limits; `live` holds those that act at once. */
export function telegramAbilities(
  host: BridgeHost,
  config: TelegramConfig,
  live: Required<Pick<ClientHandlers, 'typing' | 'receipt' | 'history'>>,
) {
  const limits = { maxBytes: config.max_media_bytes, maxCaptionLength: maxCaption }
  const prepare = preparing(host)
  return abilities(
    { ...prepare, ...live },
    {
      message: {
        maxTextLength: maxText,
        formatting,
        media: {
          image: limits,
          video: limits,
          audio: limits,
          file: limits,
          sticker: { ...limits, maxCaptionLength: 0 },
        },
        hasLocations: true,
        hasReplies: true,
      },
      edit: { maxAgeMs: editDays * 86_400_000 },
      reaction: { maxPerPerson: 1 },
    },
  )
}

function preparing(host: BridgeHost) {
  const handlers = {
    message: async (intent: MessageIntent) => asStored(messageActions(host, intent)),
    edit: async (intent: Extract<MatrixIntent, { kind: 'edit' }>) => {
      const formatted = spoken(intent, textFrom(intent.document, mentions(host)))
      if (formatted.text.length > maxText)
        throw new BridgeError(`an edited message holds ${maxText} characters on Telegram`)
      return asStored([{ kind: 'edit', id: requireNumber(intent.target), ...formatted }])
    },
    redaction: async ({ target }: Extract<MatrixIntent, { kind: 'redaction' }>) => {
      const ids = numbersOf(target)
      return asStored(ids.length === 0 ? [] : [{ kind: 'delete', ids }])
    },
    reaction: async ({ target, key }: Extract<MatrixIntent, { kind: 'reaction' }>) =>
      asStored([{ kind: 'react', id: requireNumber(target), key: key.replaceAll('\ufe0f', '') }]),
    reactionRemoval: async ({ target }: Extract<MatrixIntent, { kind: 'reaction-removal' }>) =>
      asStored([{ kind: 'react', id: requireNumber(target) }]),
    name: async ({ name }: Extract<MatrixIntent, { kind: 'name' }>) => asStored([{ kind: 'name', text: name }]),
    topic: async ({ topic }: Extract<MatrixIntent, { kind: 'topic' }>) => asStored([{ kind: 'topic', text: topic }]),
    avatar: async ({ mxc }: Extract<MatrixIntent, { kind: 'avatar' }>) =>
      asStored([{ kind: 'avatar', ...(mxc !== undefined && { mxc }) }]),
    membership: async (intent: Extract<MatrixIntent, { kind: 'membership' }>) => asStored(membershipActions(intent)),
    powerLevel: async ({ subject, powerLevel, previousLevel }: Extract<MatrixIntent, { kind: 'power-level' }>) => {
      const isAdmin = powerLevel >= adminLevel
      if (isAdmin === previousLevel >= adminLevel) return []
      return asStored([{ kind: 'admin', peer: peerOfUser(subject), isAdmin }])
    },
  } satisfies ClientHandlers
  return handlers
}

function messageActions(host: BridgeHost, intent: MessageIntent): TelegramAction[] {
  const { document, replyTo } = intent
  const answered = replyTo === undefined ? undefined : numbersOf(replyTo)[0]
  const reply = answered === undefined ? {} : { replyTo: answered }
  if (document.location !== undefined) {
    const { latitude, longitude } = document.location
    return [{ kind: 'place', latitude, longitude, ...reply }]
  }
  const formatted = spoken(intent, textFrom(document, mentions(host)))
  if (document.media === undefined) return textActions(splitText(formatted, maxText), reply)
  const file = fileOf(document.media)
  const [caption = { text: '', entities: [] }, ...rest] = splitText(formatted, maxCaption)
  return [
    { kind: 'file', file, ...caption, ...reply },
    ...textActions(
      rest.filter(({ text }) => text !== ''),
      {},
    ),
  ]
}

function textActions(pieces: readonly FormattedText[], reply: { replyTo?: number }): TelegramAction[] {
  return pieces
    .filter(({ text }) => text.trim() !== '')
    .map((piece, index) => ({ kind: 'text', ...piece, ...(index === 0 && reply) }))
}

function spoken({ sender }: Pick<MessageIntent, 'sender'>, formatted: FormattedText): FormattedText {
  return sender.viaRelay ? withSpeaker(formatted, sender.displayName) : formatted
}

/** The hash of a mentioned user is filled in when it is sent: it may change. */
function mentions(host: BridgeHost) {
  return (matrixId: string) => {
    const remote = host.remoteUserOf(matrixId as UserId)
    const peer = remote === undefined ? undefined : peerOfUser(remote)
    return peer?.startsWith('u') === true ? { userId: peer.slice(1), hash: '' } : undefined
  }
}

function fileOf({ source, ...file }: MediaReference): OutgoingFile {
  if (!('mxc' in source)) throw new BridgeError('the medium is not on the homeserver')
  return { ...file, mxc: source.mxc }
}

/** A Matrix person who comes or goes has no account there; remote people are brought in and sent away. */
function membershipActions({ subject, change }: Extract<MatrixIntent, { kind: 'membership' }>): TelegramAction[] {
  if (!('remote' in subject)) return []
  const peer = peerOfUser(subject.remote)
  if (change === 'invite') return [{ kind: 'invite', peer }]
  return change === 'kick' || change === 'ban' ? [{ kind: 'remove', peer }] : []
}

function numbersOf({ remoteIds }: TargetMessage): number[] {
  return remoteIds.flatMap((id) => numberOfMessage(id) ?? [])
}

function requireNumber(target: TargetMessage): number {
  const [number] = numbersOf(target)
  if (number === undefined) throw new BridgeError('that message has not reached Telegram')
  return number
}
