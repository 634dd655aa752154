import { Api } from 'telegram'
import bigInt from 'big-integer'

/** Formatting of a part of a text, as it is stored; offsets and lengths count UTF-16 units, as JavaScript does. */
export type TextEntity = { readonly offset: number; readonly length: number } & (
  | { readonly type: 'bold' | 'italic' | 'underline' | 'strike' | 'code' | 'spoiler' | 'quote' }
  | { readonly type: 'pre'; readonly language: string }
  | { readonly type: 'link'; readonly url: string }
  /** A user by number, with the hash this account knows for them. */
  | { readonly type: 'mention'; readonly userId: string; readonly hash: string }
)

const simple = {
  bold: Api.MessageEntityBold,
  italic: Api.MessageEntityItalic,
  underline: Api.MessageEntityUnderline,
  strike: Api.MessageEntityStrike,
  code: Api.MessageEntityCode,
  spoiler: Api.MessageEntitySpoiler,
  quote: Api.MessageEntityBlockquote,
} as const

/** As requests want it. */
export function toApiEntity(entity: TextEntity): Api.TypeMessageEntity {
  const { offset, length } = entity
  switch (entity.type) {
    case 'pre':
      return new Api.MessageEntityPre({ offset, length, language: entity.language })
    case 'link':
      return new Api.MessageEntityTextUrl({ offset, length, url: entity.url })
    case 'mention': {
      const userId = new Api.InputUser({ userId: bigInt(entity.userId), accessHash: bigInt(entity.hash) })
      return new Api.InputMessageEntityMentionName({ offset, length, userId })
    }
    default:
      return new simple[entity.type]({ offset, length })
  }
}

/** As it came; undefined for what the text itself says well enough (hashtags, commands, plain links). */
export function fromApiEntity(entity: Api.TypeMessageEntity): TextEntity | undefined {
  const { offset, length } = entity
  if (entity instanceof Api.MessageEntityPre) return { type: 'pre', offset, length, language: entity.language }
  if (entity instanceof Api.MessageEntityTextUrl) return { type: 'link', offset, length, url: entity.url }
  if (entity instanceof Api.MessageEntityMentionName) {
    return { type: 'mention', offset, length, userId: entity.userId.toString(), hash: '' }
  }
  for (const type of Object.keys(simple) as (keyof typeof simple)[]) {
    if (entity instanceof simple[type]) return { type, offset, length }
  }
  return undefined
}
