import { addressAt, addressesIn, type Block, type Inline, type Marks } from '@pons/core'
import type { TextEntity } from '../protocol/text-entity.ts'

/** The ghost or the owner behind a user's number, to mention them. */
export type MentionTarget = (userId: string) => string

type Wrapper = Extract<TextEntity, { type: 'link' | 'mention' }>

/** A text with its entities as blocks. Entities may nest and overlap; each character gets all that cover it. */
export function blocksFrom(text: string, entities: readonly TextEntity[], target: MentionTarget): Block[] {
  const addresses = addressesIn(text)
  const clean = entities.filter(({ type, offset, length }) => {
    const isThere = length > 0 && offset >= 0 && offset + length <= text.length
    return isThere && !(type === 'mention' && isWithin(addressAt(addresses, offset), offset, offset + length))
  })
  const blocks = clean.filter(({ type }) => type === 'pre' || type === 'quote').toSorted((a, b) => a.offset - b.offset)
  const result: Block[] = []
  let at = 0
  for (const entity of blocks) {
    if (entity.offset < at) continue
    result.push(...paragraph(text, clean, { from: at, to: entity.offset }, target))
    result.push(blockOf(text, clean, entity, target))
    at = entity.offset + entity.length
  }
  return [...result, ...paragraph(text, clean, { from: at, to: text.length }, target)]
}

/** A mention is no part of an address. */
function isWithin(address: ReturnType<typeof addressAt>, from: number, to: number): boolean {
  return address !== undefined && (address.from < from || address.to > to)
}

interface Range {
  readonly from: number
  readonly to: number
}

function blockOf(text: string, entities: readonly TextEntity[], entity: TextEntity, target: MentionTarget): Block {
  const range = { from: entity.offset, to: entity.offset + entity.length }
  if (entity.type !== 'pre') return { type: 'quote', children: paragraph(text, entities, range, target) }
  const language = entity.language === '' ? {} : { language: entity.language }
  return { type: 'code', ...language, text: text.slice(range.from, range.to) }
}

/** The line breaks around a block are the block's own. */
function paragraph(text: string, entities: readonly TextEntity[], { from, to }: Range, target: MentionTarget): Block[] {
  let [start, end] = [from, to]
  while (start < end && start > 0 && text[start] === '\n') start++
  while (end > start && end < text.length && text[end - 1] === '\n') end--
  const children = inlines(text, entities, { from: start, to: end }, target)
  return children.length > 0 ? [{ type: 'paragraph', children }] : []
}

function inlines(text: string, entities: readonly TextEntity[], { from, to }: Range, target: MentionTarget): Inline[] {
  const edges = entities
    .flatMap(({ offset, length }) => [offset, offset + length])
    .filter((edge) => edge > from && edge < to && !entities.some((entity) => isInMention(entity, edge)))
  const cuts = [...new Set([from, ...edges, to])].toSorted((a, b) => a - b)
  const pieces = cuts.slice(0, -1).flatMap((start, index) => {
    const end = cuts[index + 1] ?? to
    const covering = entities.filter(({ offset, length }) => offset <= start && offset + length >= end)
    return wrapped(lines(text.slice(start, end), marksOf(covering)), covering, text.slice(start, end), target)
  })
  return withWholeLinks(pieces)
}

/** A person is named once, however their name is marked. */
function isInMention({ type, offset, length }: TextEntity, edge: number): boolean {
  return type === 'mention' && edge > offset && edge < offset + length
}

/** A link that is marked in part is one all the same. */
function withWholeLinks(pieces: readonly Inline[]): Inline[] {
  const whole: Inline[] = []
  for (const piece of pieces) {
    const last = whole.at(-1)
    const goesOn = last?.type === 'link' && piece.type === 'link' && last.href === piece.href
    if (goesOn) whole[whole.length - 1] = { ...last, children: [...last.children, ...piece.children] }
    else whole.push(piece)
  }
  return whole
}

function marksOf(covering: readonly TextEntity[]): Marks | undefined {
  const names = ['bold', 'italic', 'underline', 'strike', 'code', 'spoiler'] as const
  const present = names.filter((name) => covering.some(({ type }) => type === name))
  return present.length === 0 ? undefined : Object.fromEntries(present.map((name) => [name, true]))
}

function lines(text: string, marks: Marks | undefined): Inline[] {
  return text.split('\n').flatMap((line, index): Inline[] => {
    const words: Inline[] = line === '' ? [] : [{ type: 'text', text: line, ...(marks !== undefined && { marks }) }]
    return index === 0 ? words : [{ type: 'break' }, ...words]
  })
}

function wrapped(children: Inline[], covering: readonly TextEntity[], text: string, target: MentionTarget): Inline[] {
  const wrapper = covering.find((entity): entity is Wrapper => entity.type === 'link' || entity.type === 'mention')
  if (wrapper === undefined || children.length === 0) return children
  if (wrapper.type === 'mention') return [{ type: 'mention', target: target(wrapper.userId), text }]
  return [{ type: 'link', href: wrapper.url, children }]
}
