import { colourOf, nearestColour } from './colours.ts'

/** How a piece of a line looks. Colours are `#rrggbb`; undefined is the reader's own. */
export interface Style {
  readonly bold: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly strike: boolean
  readonly code: boolean
  readonly color: string | undefined
  readonly background: string | undefined
}

export interface Span {
  readonly text: string
  readonly style: Style
}

export const plainStyle: Style = {
  bold: false,
  italic: false,
  underline: false,
  strike: false,
  code: false,
  color: undefined,
  background: undefined,
}

const toggles = [
  ['bold', '\x02'],
  ['italic', '\x1d'],
  ['underline', '\x1f'],
  ['strike', '\x1e'],
  ['code', '\x11'],
] as const
const toggleOf = new Map<string, (typeof toggles)[number][0]>(toggles.map(([name, code]) => [code, name]))

const colourDigits = /(?:(\d{1,2})(?:,(\d{1,2}))?)?/y
const hexColourDigits = /(?:([0-9A-Fa-f]{6})(?:,([0-9A-Fa-f]{6}))?)?/y
const plainText = /[^\p{Cc}]+/uy
/** Bold twice: changes nothing, and parts a colour code from a digit that belongs to the text. */
const separator = '\x02\x02'

/** Reads a line with formatting codes. Other control characters are dropped. */
export function parseFormatting(text: string): Span[] {
  const spans: { text: string; style: Style }[] = []
  let style = plainStyle
  let isReversed = false
  let at = 0
  while (at < text.length) {
    const plain = matchAt(plainText, text, at)?.[0]
    if (plain !== undefined) {
      push(spans, plain, isReversed ? reverse(style) : style)
      at += plain.length
      continue
    }
    const code = text.charAt(at)
    const toggle = toggleOf.get(code)
    let length = 1
    if (toggle) style = { ...style, [toggle]: !style[toggle] }
    else if (code === '\x0f') [style, isReversed] = [plainStyle, false]
    else if (code === '\x16') isReversed = !isReversed
    else if (code === '\t') push(spans, '\t', isReversed ? reverse(style) : style)
    else if (code === '\x03' || code === '\x04') {
      const match = matchAt(code === '\x03' ? colourDigits : hexColourDigits, text, at + 1)
      length = 1 + (match?.[0].length ?? 0)
      style = withColours(style, code, match?.[1], match?.[2])
    }
    at += length
  }
  return spans
}

/** Writes spans as a line with formatting codes; reading it back gives the same spans, up to the palette. */
export function renderFormatting(spans: readonly Span[]): string {
  let line = ''
  let style = plainStyle
  for (const span of spans) {
    if (span.text === '') continue
    line += transition(style, span.style, span.text) + span.text
    style = span.style
  }
  return line
}

/** The codes that lead from one style to another in front of `next`. */
export function transition(from: Style, to: Style, next: string): string {
  if (from === to) return ''
  const [fromColour, fromBackground] = colourNumbers(from)
  const [toColour, toBackground] = colourNumbers(to)
  const isColourKept = fromColour === toColour && fromBackground === toBackground
  if (isPlain(to)) return isPlain(from) ? '' : '\x0f'
  const marks = toggles.filter(([name]) => from[name] !== to[name]).map(([, code]) => code)
  const colour = isColourKept ? '' : colourChange(toColour, toBackground, fromBackground !== undefined)
  return colour + marks.join('') + guard(colour, marks.length > 0, next)
}

/** What is left when all codes are taken out. */
export function stripFormatting(text: string): string {
  return parseFormatting(text)
    .map((span) => span.text)
    .join('')
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}

function push(spans: { text: string; style: Style }[], text: string, style: Style): void {
  const last = spans.at(-1)
  if (last && isSameStyle(last.style, style)) last.text += text
  else spans.push({ text, style })
}

function isSameStyle(a: Style, b: Style): boolean {
  return a === b || (Object.keys(plainStyle) as (keyof Style)[]).every((name) => a[name] === b[name])
}

function isPlain(style: Style): boolean {
  return isSameStyle(style, plainStyle)
}

function reverse(style: Style): Style {
  return { ...style, color: style.background ?? '#ffffff', background: style.color ?? '#000000' }
}

function withColours(style: Style, code: string, color: string | undefined, background: string | undefined): Style {
  if (color === undefined) return { ...style, color: undefined, background: undefined }
  const read = (text: string): string | undefined =>
    code === '\x03' ? colourOf(Number(text)) : `#${text.toLowerCase()}`
  return { ...style, color: read(color), background: background === undefined ? style.background : read(background) }
}

function colourNumbers(style: Style): [number | undefined, number | undefined] {
  return [
    style.color === undefined ? undefined : nearestColour(style.color),
    style.background === undefined ? undefined : nearestColour(style.background),
  ]
}

function colourChange(color: number | undefined, background: number | undefined, hadBackground: boolean): string {
  if (color === undefined && background === undefined) return '\x03'
  const two = (number: number | undefined): string => String(number ?? 99).padStart(2, '0')
  // A colour without a background keeps the background that is on, so ending one must be said.
  if (background === undefined && !hadBackground) return `\x03${two(color)}`
  return `\x03${two(color)},${two(background)}`
}

function guard(colour: string, hasMarks: boolean, next: string): string {
  if (colour === '' || hasMarks) return ''
  const isAmbiguous = colour === '\x03' ? /^\d/.test(next) : !colour.includes(',') && /^,\d/.test(next)
  return isAmbiguous ? separator : ''
}
