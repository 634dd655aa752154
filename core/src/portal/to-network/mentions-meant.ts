import { isUserId, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { Block, Inline, MessageDocument } from '../../document/document.ts'
import { addressAt, addressesIn, type AddressSpan } from '../../text/addresses.ts'
import { mentionedIn } from '../from-network/mentioned.ts'
import type { SenderNames } from './sender-name.ts'

type TextInline = Extract<Inline, { type: 'text' }>

/** More people than this are not looked for in the words: a message may name as many as its sender likes. */
const maxNamed = 20
/** Nor in more places, of which each is held against all that was found. */
const maxPlaces = 100
const permalink = /^(?:(?:https?:\/\/)?matrix\.to\/#\/|matrix:u\/)/i
const userIds = /(?<![\p{L}\p{N}@/:.=_-])@[a-z0-9._=/+-]+:[a-z0-9.-]+(?::\d+)?(?<![.:-])/giu

export interface MentionSource {
  readonly names: SenderNames
  readonly roomId: RoomId
  readonly content: JsonObject
  /** Somebody whom the network can tell of it: a ghost, or the owner of a login. */
  readonly isKnown: (userId: UserId) => boolean
}

/**
 * The document with every form in which clients mention somebody as a mention, under the name they have in the room: pills
 * that show an id, links and ids in plain words, and names that only `m.mentions` tells from ordinary words.
 */
export async function withMentionsMeant(source: MentionSource, document: MessageDocument): Promise<MessageDocument> {
  const named = new Map<string, UserId>()
  const inPills = pillsIn(document.blocks)
  for (const userId of mentionedIn(source.content).filter(isUserId).slice(0, maxNamed)) {
    // Who has a pill is called by that; the same word elsewhere is a word.
    if (inPills.has(userId)) continue
    const name = await source.names.of(source.roomId, userId)
    if (name !== '') named.set(name, userId)
    named.set(userId, userId)
  }
  const blocks: Block[] = []
  for (const block of document.blocks) blocks.push(await blockMeant(source, named, block))
  return { ...document, blocks }
}

async function blockMeant(source: MentionSource, named: ReadonlyMap<string, UserId>, block: Block): Promise<Block> {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return { ...block, children: await inlinesMeant(source, named, block.children) }
    case 'list': {
      const items: Block[][] = []
      for (const item of block.items) {
        const blocks: Block[] = []
        for (const child of item) blocks.push(await blockMeant(source, named, child))
        items.push(blocks)
      }
      return { ...block, items }
    }
    default:
      return block
  }
}

async function inlinesMeant(
  source: MentionSource,
  named: ReadonlyMap<string, UserId>,
  children: readonly Inline[],
): Promise<Inline[]> {
  const meant: Inline[] = []
  for (const child of children) {
    if (child.type === 'mention' && showsId(child)) meant.push(await mention(source, child.target))
    else if (child.type === 'text' && child.marks?.code !== true) meant.push(...(await textMeant(source, named, child)))
    else meant.push(child)
  }
  return meant
}

async function mention({ names, roomId }: MentionSource, target: string): Promise<Inline> {
  const text = isUserId(target) ? await names.of(roomId, target) : target
  return { type: 'mention', target, text: text === '' ? target : text }
}

async function textMeant(
  source: MentionSource,
  named: ReadonlyMap<string, UserId>,
  inline: TextInline,
): Promise<Inline[]> {
  const found = spansIn(source, named, inline.text)
  const pieces: Inline[] = []
  let at = 0
  for (const { from, to, userId } of found) {
    if (from < at) continue
    if (from > at) pieces.push({ ...inline, text: inline.text.slice(at, from) })
    const text = inline.text.slice(from, to)
    pieces.push(
      named.has(text) && text !== userId ? { type: 'mention', target: userId, text } : await mention(source, userId),
    )
    at = to
  }
  if (at === 0) return [inline]
  return at < inline.text.length ? [...pieces, { ...inline, text: inline.text.slice(at) }] : pieces
}

interface Span {
  readonly from: number
  readonly to: number
  readonly userId: UserId
}

/** In the order of the text; where several begin at one place, the longest is meant. */
function spansIn({ isKnown }: MentionSource, named: ReadonlyMap<string, UserId>, text: string): Span[] {
  const spans: Span[] = []
  const addresses = addressesIn(text)
  for (const { from, to } of addresses) {
    const link = text.slice(from, to).replace(/[*_~`]+$/, '')
    const userId = permalink.test(link) ? userOf(link) : undefined
    if (userId !== undefined && isKnown(userId)) spans.push({ from, to: from + link.length, userId })
  }
  for (const { 0: id, index } of text.matchAll(userIds)) {
    const place = { from: index, to: index + id.length }
    if (isUserId(id) && isKnown(id) && !isWithin(addresses, place)) spans.push({ ...place, userId: id })
  }
  for (const [name, userId] of [...named].toSorted(([a], [b]) => b.length - a.length)) {
    const place = placeOf(text, name, (from) => isFree({ addresses, spans }, { from, to: from + name.length }))
    if (place !== undefined) spans.push({ ...place, userId })
  }
  return spans.toSorted((a, b) => a.from - b.from || b.to - a.to)
}

type Place = Pick<Span, 'from' | 'to'>

function isFree(
  { addresses, spans }: { readonly addresses: readonly AddressSpan[]; readonly spans: readonly Span[] },
  place: Place,
): boolean {
  return !isWithin(addresses, place) && spans.every(({ from, to }) => to <= place.from || from >= place.to)
}

/** An id is an address, too. */
function isWithin(addresses: readonly AddressSpan[], { from, to }: Place): boolean {
  const address = addressAt(addresses, from)
  return address !== undefined && (address.from !== from || address.to !== to)
}

/** The first that is free, and where the name is a word of its own. */
function placeOf(text: string, name: string, isFreeAt: (from: number) => boolean): Place | undefined {
  let tries = 0
  for (let at = text.indexOf(name); at !== -1 && tries++ < maxPlaces; at = text.indexOf(name, at + name.length)) {
    const [before, behind] = [text.slice(Math.max(0, at - 2), at), text.slice(at + name.length, at + name.length + 2)]
    const isWord = !/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(behind)
    if (isWord && isFreeAt(at)) return { from: at, to: at + name.length }
  }
  return undefined
}

/** A pill under an id, or under the link that somebody pasted. */
function showsId({ text, target }: Extract<Inline, { type: 'mention' }>): boolean {
  return text === target || (permalink.test(text) && userOf(text) === target)
}

function pillsIn(blocks: readonly Block[]): ReadonlySet<string> {
  const pills = new Set<string>()
  for (const block of blocks) {
    if (block.type === 'paragraph' || block.type === 'heading')
      for (const child of block.children) if (child.type === 'mention') pills.add(child.target)
    if (block.type === 'list') for (const item of block.items) for (const pill of pillsIn(item)) pills.add(pill)
  }
  return pills
}

function userOf(link: string): UserId | undefined {
  const encoded = link
    .replace(/^(?:https?:\/\/)?matrix\.to\/#\//i, '')
    .replace(/^matrix:u\//i, '@')
    .replace(/[?/].*$/, '')
  try {
    const id = decodeURIComponent(encoded)
    return isUserId(id) ? id : undefined
  } catch {
    return undefined
  }
}
