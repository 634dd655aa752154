import { addressAt, addressesIn, type Block, type Inline, type Marks } from '@pons/core'
import { joiner } from './joiner.ts'

/** Whom the digits after an at sign mean: their Matrix id, and the name to show. */
export type MentionTarget = (digits: string) => { readonly target: string; readonly name: string } | undefined

const fence = /```([\s\S]+?)```/g
const markOf = { '*': 'bold', _: 'italic', '~': 'strike' } as const

/** A text with WhatsApp's own marks as blocks. A mark that does not work as one is a character like any other. */
export function blocksFrom(text: string, target: MentionTarget): Block[] {
  const blocks: Block[] = []
  let rest = ''
  let at = 0
  for (const match of text.matchAll(fence)) {
    const [whole, code = ''] = match
    const isAlone = isEdge(text, match.index - 1) && isEdge(text, match.index + whole.length)
    if (!isAlone || code.trim() === '') continue
    rest = text.slice(at, match.index).replace(/\n$/, '')
    if (rest !== '') blocks.push(...linesAsBlocks(rest, target))
    blocks.push({ type: 'code', text: code.replace(/^\n/, '').replace(/\n$/, '') })
    at = match.index + whole.length
    if (text[at] === '\n') at++
  }
  rest = text.slice(at)
  return rest === '' ? blocks : [...blocks, ...linesAsBlocks(rest, target)]
}

function isEdge(text: string, index: number): boolean {
  return index < 0 || index >= text.length || text[index] === '\n'
}

type Line = { readonly kind: 'plain' | 'quote' | 'bullet' | 'number'; readonly text: string; readonly number?: number }

function linesAsBlocks(text: string, target: MentionTarget): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n').map(lineOf)
  for (let from = 0; from < lines.length;) {
    const { kind, number } = lines[from] ?? { kind: 'plain' }
    let to = from + 1
    while (to < lines.length && goesOn(lines[from], lines[to], to - from)) to++
    const run = lines.slice(from, to).map((line) => line.text)
    blocks.push(...blocksOfRun(kind, run, number ?? 1, target))
    from = to
  }
  return blocks
}

/** Items count on; a number that does not begins a list of its own, for it may mean something. */
function goesOn(first: Line | undefined, line: Line | undefined, by: number): boolean {
  return line?.kind === first?.kind && (first?.number === undefined || line?.number === first.number + by)
}

function lineOf(text: string): Line {
  if (text.startsWith(joiner)) return { kind: 'plain', text: text.slice(joiner.length) }
  const quoted = /^> ?(.*)$/s.exec(text)?.[1]
  if (quoted !== undefined && text.startsWith('> ')) return { kind: 'quote', text: quoted }
  const bullet = /^[*-] (.+)$/s.exec(text)?.[1]
  if (bullet !== undefined) return { kind: 'bullet', text: bullet }
  const [, number, item] = /^(\d{1,3})\. (.+)$/s.exec(text) ?? []
  if (item !== undefined) return { kind: 'number', text: item, number: Number(number) }
  return { kind: 'plain', text }
}

function blocksOfRun(kind: Line['kind'], run: readonly string[], start: number, target: MentionTarget): Block[] {
  const paragraph = (text: readonly string[]): Block => ({ type: 'paragraph', children: inlineLines(text, target) })
  switch (kind) {
    case 'quote':
      return [{ type: 'quote', children: [paragraph(run)] }]
    case 'bullet':
      return [{ type: 'list', isOrdered: false, items: run.map((item) => [paragraph([item])]) }]
    case 'number':
      return [
        { type: 'list', isOrdered: true, ...(start !== 1 && { start }), items: run.map((item) => [paragraph([item])]) },
      ]
    default:
      return run.some((line) => line !== '') ? [paragraph(run)] : []
  }
}

function inlineLines(lines: readonly string[], target: MentionTarget): Inline[] {
  return lines.flatMap((line, index): Inline[] => {
    const words = new InlineReader(line, target).read({})
    return index === 0 ? words : [{ type: 'break' }, ...words]
  })
}

class InlineReader {
  readonly #text: string
  readonly #target: MentionTarget
  readonly #addresses: Addresses
  readonly #inlines: Inline[] = []
  #plain = ''

  constructor(text: string, target: MentionTarget) {
    this.#text = text
    this.#target = target
    this.#addresses = addressesIn(text)
  }

  read(marks: Marks): Inline[] {
    for (let at = 0; at < this.#text.length;) at = this.#step(at, marks)
    this.#flush(marks)
    return this.#inlines
  }

  #step(at: number, marks: Marks): number {
    const character = this.#text[at] ?? ''
    const address = addressAt(this.#addresses, at)
    if (address !== undefined) return this.#keep(at, address.to)
    if ('*_~`'.includes(character) && this.#text.startsWith(joiner, at + 1)) {
      this.#plain += character
      return at + 1 + joiner.length
    }
    if (this.#text.startsWith('```', at)) return this.#code(at, '```', marks)
    if (character === '`') return this.#code(at, '`', marks)
    if (character === '@') return this.#mention(at, marks)
    if (!(character in markOf)) return this.#keep(at)
    const name = markOf[character as keyof typeof markOf]
    const end = marks[name] === true ? -1 : closing(this.#text, { at, mark: character, addresses: this.#addresses })
    if (end === -1) return this.#keep(at)
    this.#flush(marks)
    const inner = new InlineReader(this.#text.slice(at + 1, end), this.#target)
    this.#inlines.push(...inner.read({ ...marks, [name]: true }))
    return end + 1
  }

  #keep(from: number, to = from + 1): number {
    this.#plain += this.#text.slice(from, to)
    return to
  }

  #code(at: number, mark: string, marks: Marks): number {
    const end = closing(this.#text, { at, mark, addresses: this.#addresses })
    if (end === -1) return this.#keep(at)
    this.#flush(marks)
    const text = this.#text.slice(at + mark.length, end)
    this.#inlines.push({ type: 'text', text, marks: { ...marks, code: true } })
    return end + mark.length
  }

  #mention(at: number, marks: Marks): number {
    const [whole, digits = ''] = /^@([0-9]+)/.exec(this.#text.slice(at)) ?? []
    const mentioned = whole === undefined ? undefined : this.#target(digits)
    if (whole === undefined || mentioned === undefined) return this.#keep(at)
    this.#flush(marks)
    this.#inlines.push({ type: 'mention', target: mentioned.target, text: `@${mentioned.name}` })
    return at + whole.length
  }

  #flush(marks: Marks): void {
    if (this.#plain === '') return
    const hasMarks = Object.keys(marks).length > 0
    this.#inlines.push({ type: 'text', text: this.#plain, ...(hasMarks && { marks }) })
    this.#plain = ''
  }
}

type Addresses = ReturnType<typeof addressesIn>

interface Opening {
  readonly at: number
  readonly mark: string
  readonly addresses: Addresses
}

/** Only the last of the marks at an address's end may be somebody's who marked it; all others are the address's own. */
function isWithin(text: string, at: number, mark: string, addresses: Addresses): boolean {
  const address = addressAt(addresses, at)
  if (address === undefined) return false
  const behind = text.slice(at + mark.length, address.to)
  return !/^[*_~`]*$/.test(behind) || behind.includes(mark)
}

/** A mark opens after anything but a letter or digit and before anything but a space, and closes the other way round. */
function closing(text: string, { at: open, mark, addresses }: Opening): number {
  const from = open + mark.length
  if (isWord(text[open - 1]) || isSpace(text[from]) || text.startsWith(mark, from)) return -1
  for (let end = text.indexOf(mark, from + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    const isEscaped = text.startsWith(joiner, end + mark.length) || isWithin(text, end, mark, addresses)
    if (!isEscaped && !isSpace(text[end - 1]) && !isWord(text[end + mark.length])) return end
  }
  return -1
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character)
}
