import {
  abilities,
  BridgeError,
  isBlank,
  type BridgeHost,
  type ClientHandlers,
  type Formatting,
  type MatrixIntent,
  type MediaReference,
  type MessageIntent,
  type RemoteMessageId,
  type TargetMessage,
} from '@pons/core'
import type { UserId } from '@pons/matrix'
import { asStored, type OutgoingFile, type TelegramAction } from './actions.ts'
import type { TelegramConfig } from '../config.ts'
import { splitText, textFrom, withSpeaker, type FormattedText } from '../convert/to-telegram.ts'
import { peerOfUser, placeOfMessage } from '../ids.ts'
import type { PeerKey } from '../protocol/peer-key.ts'

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

export interface PrepareParts {
  readonly host: BridgeHost
  /** The account that a Matrix user is logged in to; undefined for nobody. */
  readonly accountOf: (userId: UserId) => PeerKey | undefined
}

/** Handlers that turn what people do in Matrix into actions, with their limits; `live` holds those that act at once. */
export function telegramAbilities(
  parts: PrepareParts,
  config: TelegramConfig,
  live: Required<Pick<ClientHandlers, 'typing' | 'receipt' | 'history'>>,
) {
  const limits = { maxBytes: config.max_media_bytes, maxCaptionLength: maxCaption }
  const prepare = preparing(parts)
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

function preparing(parts: PrepareParts) {
  const handlers = {
    message: async (intent: MessageIntent) => asStored(messageActions(parts, intent)),
    edit: async (intent: Extract<MatrixIntent, { kind: 'edit' }>) => {
      const formatted = spoken(intent, textFrom(intent.document, mentions(parts)))
      if (formatted.text.length > maxText)
        throw new BridgeError(`an edited message holds ${maxText} characters on Telegram`)
      return asStored([{ kind: 'edit', id: requireId(intent.target), ...formatted }])
    },
    redaction: async ({ target }: Extract<MatrixIntent, { kind: 'redaction' }>) => {
      const ids = idsOf(target)
      return asStored(ids.length === 0 ? [] : [{ kind: 'delete', ids }])
    },
    reaction: async ({ target, key }: Extract<MatrixIntent, { kind: 'reaction' }>) =>
      asStored([{ kind: 'react', id: requireId(target), key: key.replaceAll('\ufe0f', '') }]),
    reactionRemoval: async ({ target }: Extract<MatrixIntent, { kind: 'reaction-removal' }>) =>
      asStored([{ kind: 'react', id: requireId(target) }]),
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

function messageActions(parts: PrepareParts, intent: MessageIntent): TelegramAction[] {
  const { document, replyTo } = intent
  const answered = replyTo === undefined ? undefined : idsOf(replyTo)[0]
  const reply = answered === undefined ? {} : { replyTo: answered }
  if (document.location !== undefined) {
    const { latitude, longitude } = document.location
    return [{ kind: 'place', latitude, longitude, ...reply }]
  }
  const formatted = spoken(intent, textFrom(document, mentions(parts)))
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

function textActions(pieces: readonly FormattedText[], reply: { replyTo?: RemoteMessageId }): TelegramAction[] {
  return pieces
    .filter(({ text }) => !isBlank(text))
    .map((piece, index) => ({ kind: 'text', ...piece, ...(index === 0 && reply) }))
}

function spoken({ sender }: Pick<MessageIntent, 'sender'>, formatted: FormattedText): FormattedText {
  return sender.viaRelay ? withSpeaker(formatted, sender.displayName) : formatted
}

/** Ghosts, and people who have a login of their own. The hash is filled in when it is sent: it may change. */
function mentions({ host, accountOf }: PrepareParts) {
  return (matrixId: string) => {
    const remote = host.remoteUserOf(matrixId as UserId)
    const peer = remote === undefined ? accountOf(matrixId as UserId) : peerOfUser(remote)
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

function idsOf({ remoteIds }: TargetMessage): RemoteMessageId[] {
  return remoteIds.filter((id) => placeOfMessage(id) !== undefined)
}

function requireId(target: TargetMessage): RemoteMessageId {
  const [id] = idsOf(target)
  if (id === undefined) throw new BridgeError('that message has not reached Telegram')
  return id
}
