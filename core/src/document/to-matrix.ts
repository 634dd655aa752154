import type { JsonObject } from '@pons/matrix'
import type { Block, Inline, Marks, MediaReference, MessageDocument, PlaceReference } from './document.ts'
import { plainText } from './plain-text.ts'
import { saysAddress } from './says-address.ts'
import { withWholeAddresses } from './whole-addresses.ts'

const msgtypes = { text: 'm.text', emote: 'm.emote', notice: 'm.notice' } as const
const mediaTypes = { image: 'm.image', video: 'm.video', audio: 'm.audio', file: 'm.file', sticker: 'm.image' } as const

/**
 * The content of the event that says a document: of `m.sticker` for a sticker, of `m.room.message` for anything else.
 * `formatted_body` is there only where it says more than `body`. Media must be on the homeserver by now.
 */
export function toMatrix(document: MessageDocument): JsonObject {
  const mentions = mentionedUsers(document.blocks)
  const noted = withNotes(document)
  const blocks = withWholeAddresses(noted)
  const content: JsonObject = {
    body: plainText({ ...document, blocks: noted }),
    ...(needsHtml(blocks) && { format: 'org.matrix.custom.html', formatted_body: htmlOf(blocks) }),
    'm.mentions': mentions.length > 0 ? { user_ids: mentions } : {},
  }
  if (document.location !== undefined) return { ...content, ...locationContent(document.location) }
  if (document.media === undefined) return { msgtype: msgtypes[document.kind], ...content }
  return { ...mediaContent(document.media, isSticker(document)), ...content }
}

/** Is it said by `m.sticker`? Beside one no words are shown: with notes it is a picture. */
export function isSticker({ media, notes = [] }: MessageDocument): boolean {
  return media?.kind === 'sticker' && notes.length === 0
}

function withNotes({ blocks, notes = [] }: MessageDocument): readonly Block[] {
  if (notes.length === 0) return blocks
  const lines = notes.map(({ text }): Block => ({
    type: 'paragraph',
    children: [{ type: 'text', text, marks: { italic: true } }],
  }))
  const isQuotation = blocks.length > 0 && notes.some((note) => note.isQuotation)
  return [...lines, ...(isQuotation ? [{ type: 'quote', children: blocks } as const] : blocks)]
}

/** HTML of blocks, everything escaped. A single paragraph is not wrapped, as clients write it. */
function htmlOf(blocks: readonly Block[]): string {
  const [only] = blocks
  return blocks.length === 1 && only?.type === 'paragraph' ? inlineHtml(only.children) : blocks.map(blockHtml).join('')
}

function mediaContent(media: MediaReference, isStickerEvent: boolean): JsonObject {
  if (!('mxc' in media.source)) throw new TypeError('media must be uploaded before it can be said')
  const info: JsonObject = {
    ...(media.mimeType !== undefined && { mimetype: media.mimeType }),
    // Events hold whole numbers only (appendices, "Canonical JSON"), and networks send fractions of seconds.
    ...(media.sizeBytes !== undefined && { size: Math.round(media.sizeBytes) }),
    ...(media.width !== undefined && { w: Math.round(media.width) }),
    ...(media.height !== undefined && { h: Math.round(media.height) }),
    ...(media.durationMs !== undefined && { duration: Math.round(media.durationMs) }),
    ...(media.isGif && { 'fi.mau.gif': true }),
  }
  return {
    ...(!isStickerEvent && { msgtype: mediaTypes[media.kind], filename: media.fileName }),
    url: media.source.mxc,
    info,
    ...(media.isVoice && { 'org.matrix.msc3245.voice': {} }),
    ...(media.waveform !== undefined && {
      'org.matrix.msc1767.audio': {
        duration: Math.round(media.durationMs ?? 0),
        waveform: media.waveform.map(Math.round),
      },
    }),
  }
}

/** Spec section "m.location": a geo URI (RFC 5870), and the same in words. */
function locationContent({ latitude, longitude, name }: PlaceReference): JsonObject {
  const uri = `geo:${latitude},${longitude}`
  return {
    msgtype: 'm.location',
    geo_uri: uri,
    'org.matrix.msc3488.location': { uri, ...(name !== undefined && { description: name }) },
  }
}

function needsHtml(blocks: readonly Block[]): boolean {
  return blocks.length > 1 || blocks.some((block) => block.type !== 'paragraph' || !block.children.every(isPlain))
}

function isPlain(inline: Inline): boolean {
  if (inline.type === 'link' && !linkSchemes.test(inline.href)) return inline.children.every(isPlain)
  if (inline.type === 'text') return inline.marks === undefined || Object.keys(inline.marks).length === 0
  return inline.type === 'break'
}

function blockHtml(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `<p>${inlineHtml(block.children)}</p>`
    case 'heading': {
      const tag = `h${Math.min(6, Math.max(1, Math.trunc(block.level)))}`
      return `<${tag}>${inlineHtml(block.children)}</${tag}>`
    }
    case 'code': {
      const language = block.language === undefined ? '' : ` class="language-${escapeHtml(block.language)}"`
      return `<pre><code${language}>${escapeHtml(block.text)}\n</code></pre>`
    }
    case 'quote':
      return `<blockquote>${block.children.map(blockHtml).join('')}</blockquote>`
    case 'list': {
      const tag = block.isOrdered ? 'ol' : 'ul'
      const start = block.isOrdered && block.start !== undefined && block.start !== 1 ? ` start="${block.start}"` : ''
      const items = block.items.map((item) => `<li>${item.map(blockHtml).join('')}</li>`)
      return `<${tag}${start}>${items.join('')}</${tag}>`
    }
    case 'rule':
      return '<hr>'
  }
}

/** What a link may lead to (spec, "m.room.message msgtypes"); anything else is said, and opens nothing. */
const linkSchemes = /^(?:https?|ftp|mailto|magnet|matrix):/i

function addressSaid({ href, children }: Extract<Inline, { type: 'link' }>): string {
  const words = plainText({ kind: 'text', blocks: [{ type: 'paragraph', children }] })
  return saysAddress(words, href) ? '' : ` (${href})`
}

function inlineHtml(children: readonly Inline[]): string {
  return children
    .map((child, index) => oneInline(child, isEdge(children, index - 1), isEdge(children, index + 1)))
    .join('')
}

function isEdge(children: readonly Inline[], index: number): boolean {
  const neighbour = children[index]
  return (
    neighbour === undefined || neighbour.type === 'break' || (neighbour.type === 'text' && /^ | $/.test(neighbour.text))
  )
}

function oneInline(inline: Inline, isFirst: boolean, isLast: boolean): string {
  switch (inline.type) {
    case 'text':
      return markHtml(keepSpaces(escapeHtml(inline.text), isFirst, isLast), inline.marks ?? {})
    case 'break':
      return '<br>'
    case 'link':
      if (!linkSchemes.test(inline.href)) return inlineHtml(inline.children) + escapeHtml(addressSaid(inline))
      return `<a href="${escapeHtml(inline.href)}">${inlineHtml(inline.children)}</a>`
    case 'mention':
      return `<a href="https://matrix.to/#/${encodeURIComponent(inline.target)}">${keepSpaces(escapeHtml(inline.text), true, true)}</a>`
  }
}

// Spaces a browser would swallow are said as U+00A0: rows of them, and those at an edge.
function keepSpaces(text: string, isFirst: boolean, isLast: boolean): string {
  let kept = text.replaceAll(/ {2,}/g, (spaces) => '\u00a0'.repeat(spaces.length))
  if (isFirst) kept = kept.replace(/^ /, '\u00a0')
  if (isLast) kept = kept.replace(/ $/, '\u00a0')
  return kept
}

function markHtml(html: string, marks: Marks): string {
  const attributes = [
    ...(marks.color === undefined ? [] : [` data-mx-color="${escapeHtml(marks.color)}"`]),
    ...(marks.background === undefined ? [] : [` data-mx-bg-color="${escapeHtml(marks.background)}"`]),
    ...(marks.spoiler ? [' data-mx-spoiler'] : []),
  ].join('')
  let marked = html
  if (marks.code) marked = `<code>${marked}</code>`
  if (marks.strike) marked = `<del>${marked}</del>`
  if (marks.underline) marked = `<u>${marked}</u>`
  if (marks.italic) marked = `<em>${marked}</em>`
  if (marks.bold) marked = `<strong>${marked}</strong>`
  return attributes === '' ? marked : `<span${attributes}>${marked}</span>`
}

function mentionedUsers(blocks: readonly Block[]): string[] {
  const users = new Set<string>()
  const visitInline = (inline: Inline): void => {
    if (inline.type === 'mention' && inline.target.startsWith('@')) users.add(inline.target)
    if (inline.type === 'link') inline.children.forEach(visitInline)
  }
  const visit = (block: Block): void => {
    if (block.type === 'paragraph' || block.type === 'heading') block.children.forEach(visitInline)
    if (block.type === 'quote') block.children.forEach(visit)
    if (block.type === 'list') for (const item of block.items) item.forEach(visit)
  }
  blocks.forEach(visit)
  return [...users]
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
