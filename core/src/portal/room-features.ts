import type { JsonObject } from '@pons/matrix'
import type { Capabilities, Formatting, MediaLimits } from '../network/capabilities.ts'
import type { ClientHandlers } from '../network/client-handlers.ts'

const rejected = -2
const dropped = -1
const full = 2

const formattingNames: Readonly<Record<Formatting, readonly string[]>> = {
  bold: ['bold'],
  italic: ['italic'],
  underline: ['underline'],
  strike: ['strikethrough'],
  code: ['inline_code'],
  'code-block': ['code_block'],
  spoiler: ['spoiler'],
  quote: ['blockquote'],
  list: ['unordered_list', 'ordered_list'],
  link: ['inline_link'],
  mention: ['user_link'],
}
const mediaNames = {
  image: 'm.image',
  video: 'm.video',
  audio: 'm.audio',
  file: 'm.file',
  sticker: 'm.sticker',
} as const

/**
 * Content of `com.beeper.room_features`, as clients of the field read it (mautrix-go `event/capabilities.go`): levels from -2,
 * refused, to 2, fully supported. Made of the handlers there are and of their limits, so it can promise nothing else.
 */
export function featuresOf(handlers: ClientHandlers, limits: Capabilities): JsonObject {
  const { message = {}, edit, redaction, reaction } = limits
  return {
    ...(message.formatting !== undefined && { formatting: formattingLevels(message.formatting) }),
    ...(message.media !== undefined && { file: mediaLevels(message.media) }),
    ...(message.maxTextLength !== undefined && { max_text_length: message.maxTextLength }),
    location_message: message.hasLocations === true ? full : 0,
    reply: message.hasReplies === true ? full : 0,
    edit: levelOf(handlers.edit),
    ...(edit?.maxAgeMs !== undefined && { edit_max_age: Math.floor(edit.maxAgeMs / 1000) }),
    delete: levelOf(handlers.redaction),
    ...(redaction?.maxAgeMs !== undefined && { delete_max_age: Math.floor(redaction.maxAgeMs / 1000) }),
    reaction: levelOf(handlers.reaction),
    ...(reaction?.maxPerPerson !== undefined && { reaction_count: reaction.maxPerPerson }),
    ...(reaction?.allowed !== undefined && { allowed_reactions: [...reaction.allowed] }),
    read_receipts: handlers.receipt !== undefined,
    typing_notifications: handlers.typing !== undefined,
  }
}

function levelOf(handler: unknown): number {
  return handler === undefined ? rejected : full
}

function formattingLevels(supported: readonly Formatting[]): JsonObject {
  const entries = (Object.keys(formattingNames) as Formatting[]).flatMap((formatting) =>
    formattingNames[formatting].map((name) => [name, supported.includes(formatting) ? full : dropped] as const),
  )
  return Object.fromEntries(entries)
}

function mediaLevels(media: Partial<Record<keyof typeof mediaNames, MediaLimits>>): JsonObject {
  const kinds = Object.keys(media) as (keyof typeof mediaNames)[]
  return Object.fromEntries(kinds.map((kind) => [mediaNames[kind], mediaFeatures(media[kind] ?? {})]))
}

function mediaFeatures({ mimeTypes = ['*/*'], maxBytes, maxCaptionLength }: MediaLimits): JsonObject {
  return {
    mime_types: Object.fromEntries(mimeTypes.map((type) => [type, full])),
    caption: maxCaptionLength === 0 ? dropped : full,
    ...(maxCaptionLength !== undefined && maxCaptionLength > 0 && { max_caption_length: maxCaptionLength }),
    ...(maxBytes !== undefined && { max_size: maxBytes }),
  }
}
