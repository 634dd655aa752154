import {
  abilities,
  BridgeError,
  isBlank,
  type ClientHandlers,
  type Formatting,
  type MatrixIntent,
  type MediaReference,
  type MessageIntent,
  type TargetMessage,
} from '@pons/core'
import { asStored, type OutgoingFile, type Quote, type WhatsAppAction } from './actions.ts'
import { splitText, textFrom } from '../convert/to-whatsapp.ts'
import { editAction } from './edit-action.ts'
import { adminLevel } from '../groups.ts'
import { jidOfUser, type Jid } from '../ids.ts'
import { mentionedUser } from './mentioned-user.ts'
import { messageKeys, requireKey } from './message-keys.ts'
import type { PrepareParts } from './prepare-parts.ts'

const maxText = 65_536
const maxCaption = 1024
const editMinutes = 15
const deleteHours = 60

const formatting: readonly Formatting[] = ['bold', 'italic', 'strike', 'code', 'code-block', 'quote', 'list', 'mention']

type Intent<Kind extends MatrixIntent['kind']> = Extract<MatrixIntent, { kind: Kind }>

/** Handlers that turn what people do in Matrix into actions, with their limits; `live` holds those that act at once. */
export function whatsAppAbilities(
  parts: PrepareParts,
  live: Required<Pick<ClientHandlers, 'typing' | 'receipt' | 'history'>>,
) {
  const limits = { maxBytes: parts.config.max_media_bytes, maxCaptionLength: maxCaption }
  return abilities(
    { ...preparing(parts), ...live },
    {
      message: {
        maxTextLength: maxText,
        formatting,
        media: {
          image: limits,
          video: limits,
          audio: { ...limits, maxCaptionLength: 0 },
          file: limits,
          sticker: { ...limits, maxCaptionLength: 0 },
        },
        hasLocations: true,
        hasReplies: true,
      },
      edit: { maxAgeMs: editMinutes * 60_000 },
      redaction: { maxAgeMs: deleteHours * 3_600_000 },
      reaction: { maxPerPerson: 1 },
    },
  )
}

function preparing(parts: PrepareParts) {
  const handlers = {
    message: async (intent: MessageIntent) => asStored(messageActions(parts, intent)),
    edit: async (intent: Intent<'edit'>) => asStored([editAction(parts, intent, maxText)]),
    redaction: async ({ target }: Intent<'redaction'>) =>
      asStored(messageKeys(parts, target).map((key) => ({ kind: 'delete', target: key }))),
    reaction: async ({ target, key }: Intent<'reaction'>) =>
      asStored([{ kind: 'react', target: requireKey(parts, target), key }]),
    reactionRemoval: async ({ target }: Intent<'reaction-removal'>) =>
      asStored([{ kind: 'react', target: requireKey(parts, target), key: '' }]),
    name: async ({ name }: Intent<'name'>) => asStored([{ kind: 'name', text: name }]),
    topic: async ({ topic }: Intent<'topic'>) => asStored([{ kind: 'topic', text: topic }]),
    avatar: async ({ mxc }: Intent<'avatar'>) => asStored([{ kind: 'avatar', ...(mxc !== undefined && { mxc }) }]),
    membership: async (intent: Intent<'membership'>) => asStored(membershipActions(intent)),
    powerLevel: async ({ subject, powerLevel, previousLevel }: Intent<'power-level'>) => {
      const isAdmin = powerLevel >= adminLevel
      if (isAdmin === previousLevel >= adminLevel) return []
      return asStored([{ kind: 'admin', jid: jidOfUser(subject), isAdmin }])
    },
  } satisfies ClientHandlers
  return handlers
}

function messageActions(parts: PrepareParts, { document, replyTo }: MessageIntent): WhatsAppAction[] {
  const quoted = replyTo === undefined ? undefined : quoteOf(parts, replyTo)
  const quote = quoted === undefined ? {} : { quote: quoted }
  if (document.location !== undefined) {
    const { latitude, longitude, name } = document.location
    return [{ kind: 'place', latitude, longitude, ...(name !== undefined && { name }), ...quote }]
  }
  const { text, mentions: named } = textFrom(document, mentionedUser(parts))
  if (document.media === undefined) return textActions(splitText(text, maxText), named, quote)
  const file = fileOf(document.media)
  const holdsCaption = file.kind !== 'audio' && file.kind !== 'sticker'
  const [caption = '', ...rest] = holdsCaption ? splitText(text, maxCaption) : ['', text]
  return [{ kind: 'file', file, text: caption, mentions: named, ...quote }, ...textActions(rest, named, {})]
}

function textActions(pieces: readonly string[], named: readonly Jid[], quote: { quote?: Quote }): WhatsAppAction[] {
  return pieces
    .filter((text) => !isBlank(text))
    .map((text, index) => ({ kind: 'text', text, mentions: named, ...(index === 0 && quote) }))
}

function fileOf({ source, ...file }: MediaReference): OutgoingFile {
  if (!('mxc' in source)) throw new BridgeError('the medium is not on the homeserver')
  return { ...file, mxc: source.mxc }
}

/** A Matrix person who comes or goes has no account there; remote people are brought in and sent away. */
function membershipActions({ subject, change }: Intent<'membership'>): WhatsAppAction[] {
  if (!('remote' in subject)) return []
  const jid = jidOfUser(subject.remote)
  if (change === 'invite') return [{ kind: 'invite', jid }]
  return change === 'kick' || change === 'ban' ? [{ kind: 'remove', jid }] : []
}

function quoteOf(parts: PrepareParts, target: TargetMessage): Quote | undefined {
  const [key] = messageKeys(parts, target)
  return key === undefined ? undefined : { ...key, text: target.text }
}
