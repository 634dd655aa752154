import { invalidParam } from '@pons/matrix'

/** What filters name by patterns: more of them are refused, since each event is held against all. */
const MAX_PATTERNS = 100
/** Types, and ids of all kinds, have 255 bytes at most, so longer words fit nothing. */
const MAX_LENGTH = 255
const MAX_REMEMBERED = 1000

/** A list of names in a filter: whole ones are looked up, whatever their number. */
export class NameList {
  readonly #names = new Set<string>()
  /** What stands between the stars of each pattern. */
  readonly #patterns: (readonly string[])[] = []
  /** Events share few types, and are many. */
  readonly #answers = new Map<string, boolean>()

  /** `hasStars`: `*` stands for any run of characters. @throws MatrixError M_INVALID_PARAM */
  constructor(names: readonly string[], hasStars: boolean) {
    const patterns = new Set<string>()
    for (const name of names) {
      if (!hasStars || !name.includes('*')) this.#names.add(name)
      else patterns.add(name.replaceAll(/\*+/g, '*'))
    }
    if (patterns.size > MAX_PATTERNS) throw invalidParam(`a filter may have ${MAX_PATTERNS} patterns in a list at most`)
    for (const pattern of patterns) if (pattern.length <= 2 * MAX_LENGTH + 1) this.#patterns.push(pattern.split('*'))
  }

  has(name: string): boolean {
    if (this.#names.has(name)) return true
    if (this.#patterns.length === 0) return false
    let answer = this.#answers.get(name)
    if (answer === undefined) {
      answer = this.#patterns.some((pieces) => matches(pieces, name))
      if (this.#answers.size < MAX_REMEMBERED) this.#answers.set(name, answer)
    }
    return answer
  }
}

/** Each piece is taken where it is found first, which leaves the most for those after it: nothing is tried again. */
function matches(pieces: readonly string[], name: string): boolean {
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at)
    if (found === -1 || found + piece.length > name.length - last.length) return false
    at = found + piece.length
  }
  return true
}
