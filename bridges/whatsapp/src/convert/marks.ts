import { addressAt, addressesIn, type Inline, type Marks } from '@pons/core'
import { joiner } from './joiner.ts'

const wrappers = [
  ['bold', '*'],
  ['italic', '_'],
  ['strike', '~'],
] as const

export interface Around {
  /** What stands before it, as written. */
  readonly before: string
  /** A character in front of it that could be a mark. */
  readonly isBehindSign: boolean
  /** The character that follows, '' where none does. */
  readonly behind: string
  /** The whole paragraph without marks, and behind it the signs that its marks are written with. */
  readonly plain: string
}

/** Marks hold at no edge with a space: those stay outside. Where they would hold nothing, or something else, they are left out. */
export function marked(text: string, marks: Marks, around: Around): string {
  const [, lead = '', words = '', trail = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  if (words === '') return text
  const canHold = (lead !== '' || isOpenBefore(around)) && (trail !== '' || isOpenBehind(around))
  const fence = words.includes('`') ? '```' : '`'
  if (marks.code === true && canHold && !words.includes('```') && !(fence !== '`' && hasSignAtEdge(words)))
    return `${lead}${fence}${words}${fence}${trail}`
  const isMarked = canHold && marks.code !== true && !hasSignAtEdge(words)
  const signs = wrappers.flatMap(([name, sign]) =>
    isMarked && marks[name] === true && !wouldClose(words, sign) ? [sign] : [],
  )
  const opening = signs.join('')
  const inner = escaped(words, {
    ...around,
    before: opening === '' ? around.before + lead : opening,
    behind: trail + around.behind,
  })
  return lead + opening + inner + signs.toReversed().join('') + trail
}

/** Neither a letter nor a sign may stand in front of a mark that opens, nor behind one that closes. */
function isOpenBefore({ before, isBehindSign }: Around): boolean {
  return !isBehindSign && !/[\p{L}\p{N}]$/u.test(before.slice(-2))
}

function isOpenBehind({ behind }: Around): boolean {
  return !isSign(behind) && !/^[\p{L}\p{N}]/u.test(behind)
}

/** Does the text of a mark hold its sign where that would end it early? */
function wouldClose(words: string, sign: string): boolean {
  if (!words.includes(sign)) return false
  const addresses = addressesIn(words)
  return Array.from(words.matchAll(/[*_~](?![\p{L}\p{N}])/gu)).some(
    ({ 0: found, index }) => found === sign && addressAt(addresses, index) === undefined,
  )
}

export function isSign(character: string): boolean {
  return /^[*_~`]/.test(character)
}

/** Those of an address are no signs. */
function hasSignAtEdge(words: string): boolean {
  const edges = [0, words.length - 1].filter((at) => isSign(words.charAt(at)))
  if (edges.length === 0) return false
  const addresses = addressesIn(words)
  return edges.some((at) => addressAt(addresses, at) === undefined)
}

/** A sign that is meant as a character would make a mark together with one of these. */
export function signsIn(children: readonly Inline[], marks: Marks): string {
  return children
    .map((child): string => {
      if (child.type === 'link') return signsIn(child.children, marks)
      const all: Marks = child.type === 'text' ? { ...marks, ...child.marks } : marks
      return wrappers.map(([name, sign]) => (all[name] ? sign : '')).join('') + (all.code ? '`' : '')
    })
    .join('')
}

export function firstOf(inline: Inline | undefined): string {
  if (inline === undefined || inline.type === 'break') return ''
  return inline.type === 'link' ? firstOf(inline.children[0]) : inline.text.slice(0, 2)
}

export function lastOf(inline: Inline | undefined): string {
  if (inline === undefined || inline.type === 'break') return ''
  return inline.type === 'link' ? lastOf(inline.children.at(-1)) : inline.text.slice(-1)
}

/** Takes their meaning from characters that would be marks, where they would be. An address stays as it is. */
export function escaped(text: string, { before, behind, plain }: Pick<Around, 'before' | 'behind' | 'plain'>): string {
  const addresses = addressesIn(text)
  const withNext = text + behind.slice(0, 1)
  return text.replaceAll(/[*_~`]/g, (mark, index: number) => {
    if (addressAt(addresses, index) !== undefined) return mark
    const previous = index === 0 ? before.at(-1) : text[index - 1]
    const next = withNext[index + 1]
    const isOpening =
      (previous === undefined || !/[\p{L}\p{N}]/u.test(previous)) && next !== undefined && !/\s/.test(next)
    const comesAgain = plain.indexOf(mark) !== plain.lastIndexOf(mark)
    return isOpening && comesAgain ? mark + joiner : mark
  })
}
