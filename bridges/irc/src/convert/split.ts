import { addressAt, addressesIn } from '@pons/core'
import { graphemesOf } from './graphemes.ts'
import { byteLength } from '../protocol/line.ts'
import { parseFormatting, plainStyle, renderFormatting, transition, type Span, type Style } from './formatting.ts'

interface Cell {
  readonly text: string
  readonly style: Style
  readonly bytes: number
}

/**
 * Cuts a formatted line into lines of at most `maxBytes` bytes of UTF-8. Cuts fall behind a space where there is one, never
 * inside a character or a formatting code; each line sets the formatting it begins with. The texts of all lines together
 * are the text that was given.
 */
export function splitLine(line: string, maxBytes: number): string[] {
  if (byteLength(line) <= maxBytes) return [line]
  const cells = parseFormatting(line).flatMap((span) => toCells(span, maxBytes))
  const addresses = addressesIn(cells.map(({ text }) => text).join(''))
  const lines: string[] = []
  let at = 0
  for (let start = 0; start < cells.length;) {
    const end = findCut(cells, { start, at }, maxBytes, addresses)
    at += lengthOf(cells, start, end)
    lines.push(renderFormatting(cells.slice(start, end)))
    start = end
  }
  return lines
}

/** Bytes of text that fit into one message to `target` when others see us as `prefix`. */
export function textBudget(options: {
  readonly prefix: string
  readonly command: string
  readonly target: string
  readonly lineLength: number
}): number {
  const overhead = byteLength(`:${options.prefix} ${options.command} ${options.target} :\r\n`)
  return Math.max(64, options.lineLength - overhead)
}

function lengthOf(cells: readonly Cell[], start: number, end: number): number {
  return cells.slice(start, end).reduce((length, { text }) => length + text.length, 0)
}

/**
 * Where the line that begins at the cell `start`, and at the place `at` of the text, ends. Always takes one cell at least. Where
 * there is no space it ends in front of an address rather than within it.
 */
function findCut(
  cells: readonly Cell[],
  { start, at }: { readonly start: number; readonly at: number },
  maxBytes: number,
  addresses: ReturnType<typeof addressesIn>,
): number {
  let bytes = 0
  let style = plainStyle
  let behindSpace = -1
  let end = start
  for (; end < cells.length; end++) {
    const cell = cells[end]
    if (!cell) break
    const cost = byteLength(transition(style, cell.style, cell.text)) + cell.bytes
    if (bytes + cost > maxBytes && end > start) break
    bytes += cost
    style = cell.style
    if (cell.text === ' ') behindSpace = end + 1
  }
  if (end >= cells.length || behindSpace > start) return end < cells.length ? behindSpace : end
  const from = addressAt(addresses, at + lengthOf(cells, start, end))?.from ?? 0
  let before = start
  for (let place = at; place < from; before++) place += cells[before]?.text.length ?? 1
  return before > start && before < end ? before : end
}

function toCells(span: Span, maxBytes: number): Cell[] {
  const cells: Cell[] = []
  for (const segment of graphemesOf(span.text)) {
    // A letter under a heap of marks may be longer than a line: it is cut between code points.
    const pieces = byteLength(segment) > maxBytes / 2 ? Array.from(segment) : [segment]
    for (const text of pieces) cells.push({ text, style: span.style, bytes: byteLength(text) })
  }
  return cells
}
