import { pieceEnd, saysAddress, type Block, type Inline, type Marks, type MessageDocument } from '@pons/core'
import type { TextEntity } from '../protocol/text-entity.ts'

export interface FormattedText {
  readonly text: string
  readonly entities: readonly TextEntity[]
}

/** Whom a Matrix id is on Telegram: their number and hash; undefined for somebody without an account there. */
export type MentionedUser = (matrixId: string) => { readonly userId: string; readonly hash: string } | undefined

const limit = 4096

/** A document as text with entities. What Telegram has no form for (lists, rules, headings) is written out. */
export function textFrom({ kind, blocks }: MessageDocument, mentioned: MentionedUser): FormattedText {
  const writer = new TextWriter(mentioned)
  writer.blocks(blocks)
  const { text, entities } = writer.finish()
  return kind === 'emote' ? shifted({ text, entities }, '* ') : { text, entities }
}

/** Who speaks through a bot's account says so. */
export function withSpeaker(formatted: FormattedText, speaker: string): FormattedText {
  const name = inert(speaker)
  const prefix = `${name}: `
  const { text, entities } = shifted(formatted, prefix)
  return { text, entities: [{ type: 'bold', offset: 0, length: name.length }, ...entities] }
}

/**
 * Telegram finds mentions, commands, tags and addresses by itself in whatever it is sent. A word joiner (U+2060), which is not
 * seen, takes apart what would be one.
 */
function inert(name: string): string {
  return name.replaceAll(/[@#$/.:](?=[\p{L}\p{N}_/])/gu, '$&\u2060')
}

/** Pieces that one message each can hold, cut at a line or a word where there is one. */
export function splitText({ text, entities }: FormattedText, max = limit): FormattedText[] {
  if (text.length <= max) return [{ text, entities }]
  const pieces: FormattedText[] = []
  for (let from = 0; from < text.length;) {
    const to = pieceEnd(text, from, max)
    pieces.push({ text: text.slice(from, to), entities: entities.flatMap((entity) => within(entity, from, to)) })
    from = to
  }
  return pieces
}

function within(entity: TextEntity, from: number, to: number): TextEntity[] {
  const start = Math.max(entity.offset, from)
  const end = Math.min(entity.offset + entity.length, to)
  return end > start ? [{ ...entity, offset: start - from, length: end - start }] : []
}

function shifted({ text, entities }: FormattedText, prefix: string): FormattedText {
  return {
    text: prefix + text,
    entities: entities.map((entity) => ({ ...entity, offset: entity.offset + prefix.length })),
  }
}

class TextWriter {
  readonly #mentioned: MentionedUser
  readonly #entities: TextEntity[] = []
  #text = ''

  constructor(mentioned: MentionedUser) {
    this.#mentioned = mentioned
  }

  /** Entities of nothing are dropped, and those of the same kind that touch become one. */
  finish(): FormattedText {
    return { text: this.#text, entities: this.#entities.filter(({ length }) => length > 0) }
  }

  blocks(blocks: readonly Block[], indent = ''): void {
    for (const [index, block] of blocks.entries()) {
      if (index > 0) this.#text += `\n${needsGap(blocks[index - 1], block) ? '\n' : ''}${indent}`
      this.#block(block, indent)
    }
  }

  #block(block: Block, indent: string): void {
    switch (block.type) {
      case 'paragraph':
        return this.#inlines(block.children, indent)
      case 'heading':
        return this.#covered({ type: 'bold' }, () => this.#inlines(block.children, indent))
      case 'code':
        return this.#covered({ type: 'pre', language: block.language ?? '' }, () => {
          this.#text += block.text
        })
      case 'quote':
        return this.#covered({ type: 'quote' }, () => this.blocks(block.children, indent))
      case 'list':
        return this.#list(block, indent)
      case 'rule':
        this.#text += '⸻'
    }
  }

  #list({ items, isOrdered, start = 1 }: Extract<Block, { type: 'list' }>, indent: string): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#text += '\n'
      const marker = isOrdered ? `${start + index}. ` : '• '
      this.#text += (index > 0 ? indent : '') + marker
      this.blocks(item, indent + ' '.repeat(marker.length))
    }
  }

  #inlines(children: readonly Inline[], indent: string): void {
    for (const child of children) this.#inline(child, indent)
  }

  #inline(inline: Inline, indent: string): void {
    switch (inline.type) {
      case 'text':
        return this.#marked(inline.text, inline.marks ?? {})
      case 'break':
        this.#text += `\n${indent}`
        return
      case 'link':
        return this.#link(inline, indent)
      case 'mention': {
        const user = this.#mentioned(inline.target)
        if (user === undefined) this.#text += inline.text
        else this.#covered({ type: 'mention', ...user }, () => (this.#text += inline.text))
      }
    }
  }

  #link({ href, children }: Extract<Inline, { type: 'link' }>, indent: string): void {
    const from = this.#text.length
    this.#inlines(children, indent)
    // A link that reads as its address is found by every client.
    if (!saysAddress(this.#text.slice(from), href))
      this.#entities.push({ type: 'link', url: href, offset: from, length: this.#text.length - from })
  }

  #marked(text: string, marks: Marks): void {
    const from = this.#text.length
    this.#text += text
    for (const type of ['bold', 'italic', 'underline', 'strike', 'code', 'spoiler'] as const) {
      if (marks[type]) this.#add({ type, offset: from, length: text.length })
    }
  }

  #covered(entity: Unplaced, write: () => void): void {
    const offset = this.#text.length
    write()
    this.#add({ ...entity, offset, length: this.#text.length - offset } as TextEntity)
  }

  #add(entity: TextEntity): void {
    const last = this.#entities.findLastIndex(({ type }) => type === entity.type)
    const before = this.#entities[last]
    const isJoined =
      before !== undefined &&
      entity.type !== 'pre' &&
      entity.type !== 'mention' &&
      entity.type !== 'link' &&
      before.offset + before.length === entity.offset
    if (isJoined) this.#entities.splice(last, 1, { ...before, length: before.length + entity.length })
    else this.#entities.push(entity)
  }
}

type Unplaced =
  | { readonly type: 'bold' | 'quote' }
  | { readonly type: 'pre'; readonly language: string }
  | { readonly type: 'mention'; readonly userId: string; readonly hash: string }

/** Paragraphs stand apart; code and quotes are set apart by their form. */
function needsGap(before: Block | undefined, block: Block): boolean {
  return before?.type === 'paragraph' && block.type === 'paragraph'
}
