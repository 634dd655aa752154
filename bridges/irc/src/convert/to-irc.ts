import { isBlank, saysAddress, type Block, type Inline, type Marks, type MessageDocument } from '@pons/core'
import { withoutStandIns } from '../protocol/decode-line.ts'
import { plainStyle, renderFormatting, stripFormatting, type Span, type Style } from './formatting.ts'
import { describeMedia } from './media-to-irc.ts'

export interface FromMatrixOptions {
  /** The nick of the person with that Matrix id; undefined when they have none on this network. */
  readonly nickOf: (matrixId: string) => string | undefined
  readonly mediaLink: (mxcUri: string, fileName?: string) => string | undefined
}

/** The lines of a message with IRC's formatting codes. Empty lines are left out: IRC has none. */
export function linesOf(document: MessageDocument, options: FromMatrixOptions): string[] {
  const media = document.media === undefined ? [] : [describeMedia(document.media, options.mediaLink)]
  const lines = [
    ...media.map(cleanText),
    ...document.blocks.flatMap((block) => blockLines(block, options)).map(renderFormatting),
  ]
  return lines.filter((line) => !isBlank(stripFormatting(line)))
}

/** Takes out what would be read as a code, a command or a second line: text from Matrix has no control characters on IRC. */
export function cleanText(text: string): string {
  return withoutStandIns(text.replaceAll('\t', '  ').replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}

type Line = readonly Span[]

function blockLines(block: Block, options: FromMatrixOptions): Line[] {
  switch (block.type) {
    case 'paragraph':
      return inlineLines(block.children, plainStyle, options)
    case 'heading':
      return inlineLines(block.children, { ...plainStyle, bold: true }, options)
    case 'code': {
      const lines = block.text.replace(/\n$/, '').split(/\r?\n/)
      return lines.map((text) => [{ text: cleanText(text), style: { ...plainStyle, code: true } }])
    }
    case 'quote':
      return block.children.flatMap((child) => blockLines(child, options)).map((line) => [plain('> '), ...line])
    case 'list':
      return block.items.flatMap((item, index) => {
        const marker = block.isOrdered ? `${(block.start ?? 1) + index}. ` : '• '
        const lines = item.flatMap((child) => blockLines(child, options))
        return lines.map((line, at) => [plain(at === 0 ? marker : ' '.repeat(marker.length)), ...line])
      })
    case 'rule':
      return [[plain('----')]]
  }
}

function inlineLines(children: readonly Inline[], style: Style, options: FromMatrixOptions): Line[] {
  const lines: Span[][] = [[]]
  const add = (text: string, of: Style): void => {
    for (const [index, piece] of text.split(/\r\n|[\r\n]/).entries()) {
      if (index > 0) lines.push([])
      lines.at(-1)?.push({ text: cleanText(piece), style: of })
    }
  }
  const visit = (inline: Inline): void => {
    switch (inline.type) {
      case 'text':
        return add(inline.text, withMarks(style, inline.marks))
      case 'break':
        lines.push([])
        return
      case 'mention':
        return add(options.nickOf(inline.target) ?? inline.text, style)
      case 'link':
        inline.children.forEach(visit)
        if (!saysAddress(textOf(inline.children), inline.href)) add(` (${inline.href})`, style)
    }
  }
  children.forEach(visit)
  return lines
}

function withMarks(style: Style, marks: Marks | undefined): Style {
  if (!marks) return style
  const hidden = marks.spoiler ? '#000000' : undefined
  return {
    bold: style.bold || marks.bold === true,
    italic: style.italic || marks.italic === true,
    underline: style.underline || marks.underline === true,
    strike: style.strike || marks.strike === true,
    code: style.code || marks.code === true,
    color: hidden ?? marks.color ?? style.color,
    background: hidden ?? marks.background ?? style.background,
  }
}

function textOf(children: readonly Inline[]): string {
  return children
    .map((child) => (child.type === 'link' ? textOf(child.children) : child.type === 'break' ? ' ' : child.text))
    .join('')
}

function plain(text: string): Span {
  return { text, style: plainStyle }
}
