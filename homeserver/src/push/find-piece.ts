/** The work that may still be done; every look at a character costs one. */
export interface Steps {
  left: number
}

/** For everything that the rules of one user look at in one event. */
export const STEPS_PER_EVENT = 1_000_000

interface Search {
  readonly fits: (at: number) => boolean
  readonly steps: Steps
}

/** Text by its code points, in lower case. */
export type Letters = readonly string[]

/**
 * The first place at or after `from` where the piece stands and `fits`; `?` in it stands for any character. In time that is
 * linear in the text, whatever the piece; undefined also when the steps are used up.
 */
export function findPiece(text: Letters, piece: Letters, from: number, { fits, steps }: Search): number | undefined {
  steps.left -= piece.length
  if (piece.length === 0) {
    for (let at = from; at <= text.length && steps.left-- > 0; at++) if (fits(at)) return at
    return undefined
  }
  const next = piece.includes('?') ? byBits(piece) : byFailures(piece)
  for (let at = from; at < text.length && steps.left > 0; at++) {
    steps.left -= next.cost
    if (!next.endsAt(text[at]!)) continue
    const start = at + 1 - piece.length
    if (fits(start)) return start
  }
  return undefined
}

/** Reads the text letter by letter, and says where the piece ends. */
interface Reader {
  readonly cost: number
  readonly endsAt: (letter: string) => boolean
}

/** Knuth, Morris and Pratt: how much of the piece still stands after a letter that does not fit. */
function byFailures(piece: Letters): Reader {
  const failures: number[] = [0]
  for (let at = 1, length = 0; at < piece.length; at++) {
    while (length > 0 && piece[at] !== piece[length]) length = failures[length - 1]!
    if (piece[at] === piece[length]) length++
    failures.push(length)
  }
  let length = 0
  return {
    cost: 1,
    endsAt(letter) {
      if (length === piece.length) length = failures[length - 1]!
      while (length > 0 && letter !== piece[length]) length = failures[length - 1]!
      if (letter === piece[length]) length++
      return length === piece.length
    },
  }
}

const WORD = 31

/** Shift-and: one bit for each letter of the piece says whether the text fits it so far. */
function byBits(piece: Letters): Reader {
  const size = Math.ceil(piece.length / WORD)
  const { masks, any } = masksOf(piece, size)
  const state = new Int32Array(size)
  const lastBit = 1 << ((piece.length - 1) % WORD)
  return {
    cost: size,
    endsAt(letter) {
      const mask = masks.get(letter) ?? any
      let carry = 1
      for (let word = 0; word < size; word++) {
        const before = state[word]!
        state[word] = ((before << 1) | carry) & mask[word]! & 0x7fffffff
        carry = (before >>> (WORD - 1)) & 1
      }
      return (state[size - 1]! & lastBit) !== 0
    },
  }
}

function masksOf(piece: Letters, size: number): { masks: Map<string, Int32Array>; any: Int32Array } {
  const any = new Int32Array(size)
  const masks = new Map<string, Int32Array>()
  const bitAt = (mask: Int32Array, at: number): void => {
    const word = Math.floor(at / WORD)
    mask[word] = (mask[word] ?? 0) | (1 << (at % WORD))
  }
  for (const [at, letter] of piece.entries()) if (letter === '?') bitAt(any, at)
  for (const [at, letter] of piece.entries()) {
    if (letter === '?') continue
    const mask = masks.get(letter) ?? any.slice()
    bitAt(mask, at)
    masks.set(letter, mask)
  }
  return { masks, any }
}
