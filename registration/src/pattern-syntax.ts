// Reads the part of the RE2 syntax that namespaces are written in, for questions about patterns, not for matching.

/** Inclusive ranges of code points. */
export type CodePointSet = readonly (readonly [from: number, to: number])[]

export type PatternNode =
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number }

const lastCodePoint = 0x10ffff
export const anything: CodePointSet = [[0, lastCodePoint]]
const digits: CodePointSet = [[0x30, 0x39]]
const wordCharacters: CodePointSet = [...digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]
const blanks: CodePointSet = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
]
const classEscapes: Readonly<Record<string, CodePointSet>> = {
  d: digits,
  w: wordCharacters,
  s: blanks,
  D: complement(digits),
  W: complement(wordCharacters),
  S: complement(blanks),
}
const controlEscapes: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 }

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/**
 * The pattern as a tree, matching whole ids. Undefined for what this reader does not know, although the engine may:
 * flags, `\Q…\E`, `\b`, POSIX and Unicode classes, anchors in other places than the ends.
 *
 * @param isPrefix the tree then also takes whatever may follow a match
 */
export function readPattern(regex: string, isPrefix: boolean): PatternNode | undefined {
  const reader = new PatternReader(regex)
  try {
    return reader.pattern(isPrefix)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

export function literal(text: string): PatternNode {
  return { kind: 'sequence', items: Array.from(text, (character) => single(character.codePointAt(0)!)) }
}

function single(codePoint: number): PatternNode {
  return { kind: 'set', set: [[codePoint, codePoint]] }
}

function complement(set: CodePointSet): CodePointSet {
  const sorted = set.toSorted(([a], [b]) => a - b)
  const gaps: [number, number][] = []
  let next = 0
  for (const [from, to] of sorted) {
    if (from > next) gaps.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  if (next <= lastCodePoint) gaps.push([next, lastCodePoint])
  return gaps
}

const dot = complement([[0x0a, 0x0a]])
const rest: PatternNode = { kind: 'repeat', item: { kind: 'set', set: anything }, min: 0, max: Infinity }

class PatternReader {
  readonly #characters: readonly string[]
  #at = 0

  constructor(regex: string) {
    this.#characters = Array.from(regex)
  }

  /** The anchors are told only at the ends of the outermost alternatives, where they change nothing but a prefix. */
  pattern(isPrefix: boolean): PatternNode {
    const options: PatternNode[] = []
    do {
      this.#take('^')
      const items = this.#items()
      const isAnchored = this.#take('$')
      options.push({ kind: 'sequence', items: isPrefix && !isAnchored ? [...items, rest] : items })
    } while (this.#take('|'))
    if (this.#at < this.#characters.length) throw new Unreadable()
    return { kind: 'choice', options }
  }

  #items(): PatternNode[] {
    const items: PatternNode[] = []
    for (let next = this.#peek(); next !== undefined && !'|)$'.includes(next); next = this.#peek()) {
      items.push(this.#repeated(this.#atom()))
    }
    return items
  }

  #atom(): PatternNode {
    const character = this.#next()
    if (character === '(') return this.#group()
    if (character === '[') return { kind: 'set', set: this.#class() }
    if (character === '.') return { kind: 'set', set: dot }
    if (character === '\\') return { kind: 'set', set: this.#escape() }
    if ('^*+?{'.includes(character)) throw new Unreadable()
    return single(character.codePointAt(0)!)
  }

  #group(): PatternNode {
    if (this.#take('?')) this.#groupName()
    const options: PatternNode[] = []
    do options.push({ kind: 'sequence', items: this.#items() })
    while (this.#take('|'))
    if (!this.#take(')')) throw new Unreadable()
    return { kind: 'choice', options }
  }

  #groupName(): void {
    if (this.#take(':')) return
    this.#take('P')
    if (!this.#take('<')) throw new Unreadable()
    while (!this.#take('>')) if (!/\w/.test(this.#next())) throw new Unreadable()
  }

  #repeated(item: PatternNode): PatternNode {
    const range = this.#quantifier()
    if (range === undefined) return item
    // A lazy quantifier takes the same texts.
    this.#take('?')
    return { kind: 'repeat', item, min: range[0], max: range[1] }
  }

  #quantifier(): [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    if (this.#peek() !== '{') return undefined
    const text = this.#characters.slice(this.#at, this.#at + 12).join('')
    const counted = /^\{(\d+)(,?)(\d*)\}/.exec(text)
    if (counted === null) throw new Unreadable()
    this.#at += counted[0].length
    const min = Number(counted[1])
    if (counted[2] === '') return [min, min]
    return [min, counted[3] === '' ? Infinity : Number(counted[3])]
  }

  #class(): CodePointSet {
    const isNegated = this.#take('^')
    const set: [number, number][] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      set.push(...(this.#classRange() as [number, number][]))
    }
    this.#next()
    return isNegated ? complement(set) : set
  }

  #classRange(): CodePointSet {
    const from = this.#classMember()
    const isRange = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']'
    if (!isRange) return from
    this.#next()
    const to = this.#classMember()
    if (from.length !== 1 || to.length !== 1) throw new Unreadable()
    return [[from[0]![0], to[0]![1]]]
  }

  #classMember(): CodePointSet {
    const character = this.#next()
    if (character === '\\') return this.#escape()
    if (character === '[' && this.#peek() === ':') throw new Unreadable()
    const codePoint = character.codePointAt(0)!
    return [[codePoint, codePoint]]
  }

  #escape(): CodePointSet {
    const character = this.#next()
    const ofClass = Object.hasOwn(classEscapes, character) ? classEscapes[character] : undefined
    if (ofClass !== undefined) return ofClass
    const codePoint = this.#escapedCodePoint(character)
    return [[codePoint, codePoint]]
  }

  #escapedCodePoint(character: string): number {
    if (Object.hasOwn(controlEscapes, character)) return controlEscapes[character]!
    // The engine takes an escaped punctuation character for itself; escaped letters and digits mean something.
    if (!/[A-Za-z0-9]/.test(character)) return character.codePointAt(0)!
    throw new Unreadable()
  }

  #peek(): string | undefined {
    return this.#characters[this.#at]
  }

  #next(): string {
    const character = this.#characters[this.#at++]
    if (character === undefined) throw new Unreadable()
    return character
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }
}
