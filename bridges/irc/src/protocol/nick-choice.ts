/** Characters no server accepts, or that would change the meaning of a line. */
const forbidden = /[^A-Za-z0-9[\]\\`_^{|}\u00a1-\uffff-]/gu

/** No nick is longer, and the normal form of text takes time that is quadratic in its combining marks. */
const MAX_TEXT = 256

/** Makes a nick out of any text; '' when nothing usable is left. */
export function toNick(text: string, maxLength = 30): string {
  const clean = text
    .slice(0, MAX_TEXT)
    .normalize('NFKC')
    .replaceAll(/\s+/g, '_')
    .replaceAll(forbidden, '')
    .replaceAll(/[^\x21-\x7e]/g, '')
  const startsWell = clean.replace(/^[0-9-]+/, '')
  return startsWell.slice(0, maxLength)
}

/** As long as the first version of the protocol let nicks be; there are servers that let them be no longer. */
const shortestLimit = 9

/** Of what is shorter, another server would not refuse the length. */
const shortestNick = 4

/** Which nick to ask for, as the server's refusals narrow it down: it says its limit only after it took one. */
export class NickChoice {
  readonly #asked: string
  readonly #random: () => number
  #limit = Number.POSITIVE_INFINITY
  /** Letters and digits only: others are refused, by the look of it. */
  #isPlain = false
  #attempts = 0

  constructor(asked: string, random: () => number) {
    this.#asked = asked
    this.#random = random
  }

  /** What was asked for, as far as the server lets it be. */
  wanted(maxLength: number): string {
    return this.#base.slice(0, Math.min(this.#limit, maxLength))
  }

  /** What to try after a refusal: for the letters or the length (erroneous), or because somebody has it. */
  next(isErroneous: boolean, maxLength: number): string {
    const wanted = this.wanted(maxLength)
    if (isErroneous && wanted.length > shortestLimit) this.#limit = shortestLimit
    else if (isErroneous && !this.#isPlain && /[^a-z\d]/i.test(wanted)) this.#isPlain = true
    else if (isErroneous && wanted.length > shortestNick) this.#limit = wanted.length - 1
    // The first ones have a sign behind.
    else this.#attempts = this.#isPlain ? Math.max(3, this.#attempts + 1) : this.#attempts + 1
    const limit = Math.min(this.#limit, maxLength)
    return this.#attempts === 0
      ? this.wanted(maxLength)
      : alternativeNick(this.#base, this.#attempts, limit, this.#random)
  }

  get #base(): string {
    const plain = this.#isPlain ? this.#asked.replaceAll(/[^a-z\d]/gi, '') : ''
    return plain === '' ? this.#asked : plain
  }
}

/** The nick to try after `attempt` refusals (from 1): `nick_`, `nick__`, then numbers, then random ones. */
export function alternativeNick(wanted: string, attempt: number, maxLength: number, random: () => number): string {
  const suffix =
    attempt <= 2 ? '_'.repeat(attempt) : attempt <= 8 ? String(attempt - 1) : `-${Math.floor(random() * 1e5)}`
  return wanted.slice(0, Math.max(1, maxLength - suffix.length)) + suffix
}
