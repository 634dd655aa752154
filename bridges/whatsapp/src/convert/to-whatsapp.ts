import {
  addressAt,
  addressesIn,
  pieceEnd,
  plainText,
  saysAddress,
  type Block,
  type Inline,
  type Marks,
  type MessageDocument,
} from '@pons/core'
import { digitsOf, type Jid } from '../ids.ts'
import { joiner } from './joiner.ts'

export interface FormattedText {
  readonly text: string
  /** Addresses of the people that the text mentions as `@digits`. */
  readonly mentions: readonly Jid[]
}

/** Whom a Matrix id is on WhatsApp; undefined for somebody without an account there. */
export type MentionedUser = (matrixId: string) => Jid | undefined

/** A document with WhatsApp's own marks. What it has no form for (headings, links with words, rules) is written out. */
export function textFrom({ kind, blocks }: MessageDocument, mentioned: MentionedUser): FormattedText {
  const writer = new TextWriter(mentioned)
  const text = writer.blocks(blocks)
  return { text: kind === 'emote' ? `${joiner}* ${text}` : text, mentions: [...writer.mentions] }
}

/** Pieces that one message each can hold, cut at a line or a word where there is one. */
export function splitText(text: string, max: number): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const to = pieceEnd(text, from, max)
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces.length === 0 ? [text] : pieces
}

const wrappers = [
  ['bold', '*'],
  ['italic', '_'],
  ['strike', '~'],
] as const

class TextWriter {
  readonly mentions = new Set<Jid>()
  readonly #mentioned: MentionedUser

  constructor(mentioned: MentionedUser) {
    this.#mentioned = mentioned
  }

  blocks(blocks: readonly Block[]): string {
    return blocks
      .map((block, index) => {
        const isGap = index > 0 && block.type === 'paragraph' && blocks[index - 1]?.type === 'paragraph'
        return (isGap ? '\n' : '') + this.#block(block)
      })
      .join('\n')
  }

  #block(block: Block): string {
    switch (block.type) {
      case 'paragraph':
        return this.#paragraph(block.children, {})
      case 'heading':
        return this.#paragraph(block.children, { bold: true })
      case 'code':
        return `\`\`\`${block.text}\`\`\``
      case 'quote':
        return this.blocks(block.children)
          .split('\n')
          .map((line) => `> ${line}`)
          .join('\n')
      case 'list':
        return this.#list(block)
      case 'rule':
        return '———'
    }
  }

  #list({ items, isOrdered, start = 1 }: Extract<Block, { type: 'list' }>): string {
    return items
      .map((item, index) => {
        const marker = isOrdered ? `${start + index}. ` : '* '
        return marker + this.blocks(item).replaceAll('\n', `\n${' '.repeat(marker.length)}`)
      })
      .join('\n')
  }

  #paragraph(children: readonly Inline[], marks: Marks): string {
    const plain = children.map((child) => (child.type === 'text' ? child.text : ' ')).join('')
    return this.#inlines(children, marks, plain)
      .split('\n')
      .map((line) => (/^(?:> |[*-] |\d{1,3}\. )/.test(line) ? joiner + line : line))
      .join('\n')
  }

  #inlines(children: readonly Inline[], marks: Marks, plain: string): string {
    let written = ''
    for (const child of children) written += this.#inline(child, marks, { before: written, plain })
    return written
  }

  #inline(inline: Inline, marks: Marks, around: Around): string {
    switch (inline.type) {
      case 'text':
        return marked(inline.text, { ...marks, ...inline.marks }, around)
      case 'break':
        return '\n'
      case 'link': {
        const text = this.#inlines(inline.children, marks, around.plain)
        if (text === '') return inline.href
        return saysAddress(wordsOf(inline.children), inline.href) ? text : `${text} (${inline.href})`
      }
      case 'mention': {
        const jid = this.#mentioned(inline.target)
        if (jid === undefined) return marked(inline.text, marks, around)
        this.mentions.add(jid)
        return `@${digitsOf(jid)}`
      }
    }
  }
}

interface Around {
  /** What stands before it, as written. */
  readonly before: string
  /** The whole paragraph without marks. */
  readonly plain: string
}

/** Marks hold at no edge with a space: those stay outside. */
function marked(text: string, marks: Marks, { before, plain }: Around): string {
  const [, lead = '', words = '', trail = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  if (words === '') return text
  if (marks.code === true) return `${lead}\`${words}\`${trail}`
  const active = wrappers.filter(([name]) => marks[name] === true)
  const marksOf = active.map(([, mark]) => mark)
  const opening = marksOf.join('')
  const inner = active.length === 0 ? escaped(words, before + lead, plain) : escaped(words, opening, words)
  return lead + opening + inner + marksOf.toReversed().join('') + trail
}

function wordsOf(children: readonly Inline[]): string {
  return plainText({ kind: 'text', blocks: [{ type: 'paragraph', children }] })
}

/** Takes their meaning from characters that would be marks, where they would be. An address stays as it is. */
function escaped(text: string, before: string, plain: string): string {
  const addresses = addressesIn(text)
  return text.replaceAll(/[*_~`]/g, (mark, index: number) => {
    if (addressAt(addresses, index) !== undefined) return mark
    const previous = index === 0 ? before.at(-1) : text[index - 1]
    const next = text[index + 1]
    const isOpening =
      (previous === undefined || !/[\p{L}\p{N}]/u.test(previous)) && next !== undefined && !/\s/.test(next)
    const comesAgain = plain.indexOf(mark) !== plain.lastIndexOf(mark)
    return isOpening && comesAgain ? mark + joiner : mark
  })
}
