import { cssColour } from './css-colours.ts'
import type { Block, Inline, Marks } from './document.ts'
import { parseHtml, type HtmlElement, type HtmlNode } from './html-tree.ts'
import { isSameMarks } from './same-marks.ts'

const markOf: Readonly<Record<string, Marks>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  u: { underline: true },
  ins: { underline: true },
  s: { strike: true },
  del: { strike: true },
  strike: { strike: true },
  code: { code: true },
  tt: { code: true },
}
const paragraphs = new Set(['p', 'div', 'details', 'summary', 'table', 'thead', 'tbody', 'caption', 'tr', 'li'])

/** Reads a `formatted_body`. Tags the spec does not allow are dropped, their text is kept. A reply's quoted part is dropped. */
export function blocksFromHtml(html: string, isReply: boolean): Block[] {
  const writer = new BlockWriter()
  const { children } = parseHtml(html)
  walkAll(isReply ? withoutQuote(children) : children, {}, writer)
  return writer.finish()
}

/**
 * Some clients' cleaning takes the `mx-reply` away and leaves what was in it: a quote that begins with a link to an event, in
 * the words of the specification or beside its sender. Somebody's own quote may begin with such a link, too.
 */
function withoutQuote(children: readonly HtmlNode[]): readonly HtmlNode[] {
  const first = children.findIndex(isSomething)
  const quote = children[first]
  if (typeof quote !== 'object') return children
  if (quote.tag === 'div' || quote.tag === 'p')
    return [{ ...quote, children: [...withoutQuote(quote.children)] }, ...children.slice(first + 1)]
  return quote.tag === 'blockquote' && isFallback(quote.children) ? children.slice(first + 1) : children
}

function isFallback(children: readonly HtmlNode[]): boolean {
  const [link, next] = children.filter(isSomething)
  if (typeof link !== 'object') return false
  if (link.tag === 'p' || link.tag === 'div') return isFallback(link.children)
  const namesEvent = /^(?:https:\/\/matrix\.to\/#\/[^/]+\/(?:\$|%24)|matrix:roomid\/[^/]+\/e\/)/i
  if (link.tag !== 'a' || !namesEvent.test(link.attributes['href'] ?? '')) return false
  const isOfSender = typeof next === 'object' && mentionedBy(next.attributes['href'] ?? '')?.startsWith('@') === true
  return isOfSender || /^\s*In reply to\s*$/i.test(rawText(link.children))
}

function isSomething(child: HtmlNode): boolean {
  return typeof child !== 'string' || child.trim() !== ''
}

/** Collects inline pieces into paragraphs, and paragraphs among other blocks. */
class BlockWriter {
  readonly #blocks: Block[] = []
  #inlines: Inline[] = []

  inline(inline: Inline): void {
    this.#inlines.push(inline)
  }

  block(block: Block): void {
    this.endParagraph()
    if (!isEmpty(block)) this.#blocks.push(block)
  }

  endParagraph(): void {
    const children = tidy(this.#inlines)
    this.#inlines = []
    if (children.length > 0) this.#blocks.push({ type: 'paragraph', children })
  }

  finish(): Block[] {
    this.endParagraph()
    return this.#blocks
  }
}

/** Nothing stands in it: it would be a sign without words, or a message that a network refuses. */
function isEmpty(block: Block): boolean {
  if (block.type === 'code') return block.text === ''
  if (block.type === 'list') return block.items.every((item) => item.length === 0)
  return block.type !== 'rule' && block.children.length === 0
}

function walkAll(nodes: readonly HtmlNode[], marks: Marks, writer: BlockWriter): void {
  for (const node of nodes) {
    if (typeof node === 'string') writer.inline(textInline(node.replaceAll(/[ \t\r\n\f]+/g, ' '), marks))
    else walkElement(node, marks, writer)
  }
}

function walkElement(element: HtmlElement, marks: Marks, writer: BlockWriter): void {
  const { tag, children } = element
  const heading = /^h([1-6])$/.exec(tag)?.[1]
  if (heading !== undefined)
    return writer.block({ type: 'heading', level: Number(heading), children: inlinesIn(children, marks) })
  if (paragraphs.has(tag)) {
    writer.endParagraph()
    walkAll(children, marks, writer)
    return writer.endParagraph()
  }
  switch (tag) {
    case 'br':
      return writer.inline({ type: 'break' })
    case 'hr':
      return writer.block({ type: 'rule' })
    case 'pre':
      return writer.block(codeBlock(element))
    case 'blockquote':
      return writer.block({ type: 'quote', children: blocksIn(children) })
    case 'ul':
    case 'ol':
      return writer.block(listBlock(element))
    case 'a':
      return walkLink(element, marks, writer)
    case 'img':
      return writer.inline(textInline(element.attributes['alt'] ?? element.attributes['title'] ?? '', marks))
    case 'td':
    case 'th':
      walkAll(children, marks, writer)
      return writer.inline(textInline(' ', marks))
    default:
      walkAll(children, { ...marks, ...marksOf(element) }, writer)
  }
}

function walkLink({ attributes, children }: HtmlElement, marks: Marks, writer: BlockWriter): void {
  const href = oneWord(attributes['href'] ?? '')
  const inner = inlinesIn(children, marks)
  const mentioned = mentionedBy(href)
  const text = inner.map((inline) => ('text' in inline ? inline.text : '')).join('')
  if (mentioned !== undefined)
    return writer.inline({ type: 'mention', target: mentioned, text: text === '' ? mentioned : text })
  if (!/^(?:https?|ftp|mailto|magnet):/i.test(href)) return walkAll(children, marks, writer)
  // Around a picture, for one, there are no words.
  writer.inline({ type: 'link', href, children: inner.length > 0 ? inner : [textInline(href, marks)] })
}

/** An address is one word on every network. Breaks in it are none, as in a browser (URL Standard, "URL parsing"). */
function oneWord(href: string): string {
  return href
    .trim()
    .replaceAll(/[\t\r\n]/g, '')
    .replaceAll(/[\s\p{Cc}\p{Bidi_Control}]/gu, encodeURIComponent)
}

/** The user or room a permalink names; undefined for links to events and to anything else. */
function mentionedBy(href: string): string | undefined {
  const byPage = /^https?:\/\/matrix\.to\/#\/([^?/]+)(?:\?.*)?$/i.exec(href)?.[1]
  const byUri = /^matrix:(u|r)\/([^?/]+)(?:\?.*)?$/i.exec(href)
  const encoded = byPage ?? (byUri ? `${byUri[1] === 'u' ? '@' : '#'}${byUri[2] ?? ''}` : undefined)
  try {
    const id = decodeURIComponent(encoded ?? '')
    return /^[@#!][^\s]+$/.test(id) ? id : undefined
  } catch {
    return undefined
  }
}

function codeBlock({ children }: HtmlElement): Block {
  const code = children.find((child) => typeof child !== 'string' && child.tag === 'code')
  const language =
    typeof code === 'object' ? /(?:^|\s)language-(\S+)/.exec(code.attributes['class'] ?? '')?.[1] : undefined
  const text = rawText(children).replace(/\n$/, '')
  return language === undefined ? { type: 'code', text } : { type: 'code', language, text }
}

function listBlock({ tag, attributes, children }: HtmlElement): Block {
  const items: Block[][] = []
  for (const child of children) {
    if (typeof child === 'string' ? child.trim() === '' : false) continue
    const isItem = typeof child !== 'string' && child.tag === 'li'
    items.push(blocksIn(isItem ? child.children : [child]))
  }
  const start = Number(attributes['start'] ?? 1)
  const hasStart = tag === 'ol' && Number.isSafeInteger(start) && start !== 1
  return { type: 'list', isOrdered: tag === 'ol', ...(hasStart && { start }), items }
}

function blocksIn(children: readonly HtmlNode[]): Block[] {
  const writer = new BlockWriter()
  walkAll(children, {}, writer)
  return writer.finish()
}

/** Inline content of an element that can hold no blocks; blocks inside it are flattened. */
function inlinesIn(children: readonly HtmlNode[], marks: Marks): Inline[] {
  const writer = new BlockWriter()
  walkAll(children, marks, writer)
  const lines = writer.finish().map((block) => ('children' in block && block.type !== 'quote' ? block.children : []))
  return lines.flatMap((line, index) => (index === 0 ? line : [{ type: 'break' } as const, ...line]))
}

function marksOf({ tag, attributes }: HtmlElement): Marks {
  if (Object.hasOwn(markOf, tag)) return markOf[tag] ?? {}
  if (tag !== 'span' && tag !== 'font') return {}
  const color = cssColour(attributes['data-mx-color'] ?? (tag === 'font' ? attributes['color'] : undefined) ?? '')
  const background = cssColour(attributes['data-mx-bg-color'] ?? '')
  return {
    ...('data-mx-spoiler' in attributes && { spoiler: true as const }),
    ...(color !== undefined && { color }),
    ...(background !== undefined && { background }),
  }
}

function rawText(nodes: readonly HtmlNode[]): string {
  return nodes
    .map((node) => (typeof node === 'string' ? node : node.tag === 'br' ? '\n' : rawText(node.children)))
    .join('')
}

function textInline(text: string, marks: Marks): Inline {
  return Object.keys(marks).length > 0 ? { type: 'text', text, marks } : { type: 'text', text }
}

/**
 * White space as a browser shows it: one space in a row, none at the edges of a paragraph or beside a break. Spaces that
 * are meant to stay come as U+00A0 and become ordinary ones here.
 */
function tidy(inlines: readonly Inline[]): Inline[] {
  const kept: Inline[] = []
  let isAfterSpace = true
  for (const inline of inlines) {
    if (inline.type === 'break') {
      trimEnd(kept)
      kept.push(inline)
      isAfterSpace = true
      continue
    }
    if (inline.type === 'link' || inline.type === 'mention') {
      kept.push(inline)
      isAfterSpace = false
      continue
    }
    const text: string = isAfterSpace ? inline.text.replace(/^ /, '') : inline.text
    if (text === '') continue
    isAfterSpace = text.endsWith(' ')
    const last = kept.at(-1)
    if (last?.type === 'text' && isSameMarks(last.marks, inline.marks))
      kept[kept.length - 1] = { ...last, text: last.text + text }
    else kept.push({ ...inline, text })
  }
  trimEnd(kept)
  while (kept.at(-1)?.type === 'break') kept.pop()
  return kept.map((inline) =>
    inline.type === 'text' ? { ...inline, text: inline.text.replaceAll('\u00a0', ' ') } : inline,
  )
}

function trimEnd(inlines: Inline[]): void {
  const last = inlines.at(-1)
  if (last?.type !== 'text') return
  const text = last.text.replace(/ $/, '')
  if (text === '') inlines.pop()
  else inlines[inlines.length - 1] = { ...last, text }
}
