import { pieceEnd, plainText, saysAddress, type Block, type Inline, type Marks, type MessageDocument } from '@pons/core'
import { digitsOf, type Jid } from '../ids.ts'
import { joiner } from './joiner.ts'
import { escaped, firstOf, isSign, lastOf, marked, signsIn, type Around } from './marks.ts'

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
        // What ends a block of code cannot stand in one.
        return block.text.includes('```')
          ? escaped(block.text, { before: '', behind: '', plain: block.text })
          : `\`\`\`${block.text}\`\`\``
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
    const plain =
      children.map((child) => (child.type === 'text' ? child.text : ' ')).join('') + signsIn(children, marks)
    return this.#inlines(children, marks, plain)
      .split('\n')
      .map((line) => (/^(?:> |[*-] |\d{1,3}\. )/.test(line) ? joiner + line : line))
      .join('\n')
  }

  #inlines(children: readonly Inline[], marks: Marks, plain: string): string {
    let written = ''
    for (const [index, child] of children.entries())
      written += this.#inline(child, marks, {
        before: written,
        isBehindSign: isSign(lastOf(children[index - 1])),
        behind: firstOf(children[index + 1]),
        plain,
      })
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
        // A digit behind would belong to the number.
        return `@${digitsOf(jid)}${/^\d/.test(around.behind) ? joiner : ''}`
      }
    }
  }
}

function wordsOf(children: readonly Inline[]): string {
  return plainText({ kind: 'text', blocks: [{ type: 'paragraph', children }] })
}
