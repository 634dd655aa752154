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
export const shortestLimit = 9

/** The nick to try after `attempt` refusals (from 1): `nick_`, `nick__`, then numbers, then random ones. */
export function alternativeNick(wanted: string, attempt: number, maxLength: number, random: () => number): string {
  const suffix =
    attempt <= 2 ? '_'.repeat(attempt) : attempt <= 8 ? String(attempt - 1) : `-${Math.floor(random() * 1e5)}`
  return wanted.slice(0, Math.max(1, maxLength - suffix.length)) + suffix
}
