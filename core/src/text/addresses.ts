/** Where in a text an address stands: from its first character to behind its last. */
export interface AddressSpan {
  readonly from: number
  readonly to: number
  /** False for a bare host name, which may as well be a word with a dot in it. */
  readonly isSure: boolean
}

const word = /[^\s\p{Cc}<>"\u2060]+/gu
const scheme = /(?<![\p{L}\p{N}+.-])[a-z][a-z\d+.-]{0,31}:\/\/[^\s]/iu
const mailto = /(?<![\p{L}\p{N}])(?:mailto|matrix|xmpp|sips?|tel|sms|magnet|geo|urn|news):[^\s]/iu
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`
const topLabel = String.raw`(?:xn--[a-z\d-]{2,59}|\p{L}{2,63})`
const hostName = String.raw`(?:${label}\.){1,126}${topLabel}`
const host = new RegExp(String.raw`^${hostName}(?![\p{L}\p{N}-])(?::\d{1,5})?(?:[/?#].*)?`, 'iu')
const mail = new RegExp(String.raw`^[^\s@:,;()[\]]{1,64}@${hostName}(?![\p{L}\p{N}-])`, 'iu')
/** What stands in front of an address without being of it. */
const leading = /^[([{'“‘«„.,;:!?|]+/u
const marks = /^[*_~`]+/
const trailing = /[.,;:!?'”’»|…]$/u
const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
/** Longer than any address that a person writes. */
const longestWord = 8192

/**
 * The addresses in a text: URLs of any scheme, mail addresses, host names. Each is one word to every network: no mark-up, no
 * mention and no escape belongs inside, or it leads nowhere.
 */
export function addressesIn(text: string): AddressSpan[] {
  // Whatever an address is, it has one of these.
  if (!/[.:@]/.test(text)) return []
  const spans: AddressSpan[] = []
  for (const { 0: whole, index } of text.matchAll(word)) {
    const span = whole.length > longestWord ? undefined : addressIn(whole)
    if (span !== undefined) spans.push({ ...span, from: index + span.from, to: index + span.to })
  }
  return spans
}

/** The one of them that a character of the text belongs to. */
export function addressAt(spans: readonly AddressSpan[], index: number): AddressSpan | undefined {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.to ?? 0) <= index) low = middle + 1
    else high = middle
  }
  const span = spans[low]
  return span !== undefined && span.from <= index ? span : undefined
}

function addressIn(whole: string): AddressSpan | undefined {
  const from = scheme.exec(whole)?.index ?? mailto.exec(whole)?.index
  if (from !== undefined) return { from, to: endOf(whole, from, whole.length), isSure: true }
  const start = startOf(whole)
  const rest = whole.slice(start)
  const named = mail.exec(rest)?.[0]
  if (named !== undefined) return { from: start, to: start + named.length, isSure: true }
  const bare = start + (marks.exec(rest)?.[0].length ?? 0)
  const found = host.exec(whole.slice(bare))?.[0]
  if (found === undefined) return undefined
  const isSure = found.includes('/') || /^www\./i.test(found)
  return { from: bare, to: endOf(whole, bare, bare + found.length), isSure }
}

/** Marks are a part of a mail address, unless they stand at its end, too: then somebody has marked it. */
function startOf(whole: string): number {
  const before = leading.exec(whole)?.[0].length ?? 0
  const marked = marks.exec(whole.slice(before))?.[0] ?? ''
  const isMarked = marked !== '' && /[*_~`]$/.test(whole)
  return isMarked ? before + marked.length : before
}

/** Without the sentence's own signs behind it, and without brackets that were opened before it. */
function endOf(whole: string, from: number, end: number): number {
  const counts = new Map<string, number>()
  for (const character of whole.slice(from, end)) counts.set(character, (counts.get(character) ?? 0) + 1)
  let to = end
  for (; to > from + 1; to--) {
    const last = whole.charAt(to - 1)
    const opener = closers[last]
    const isOver = opener === undefined ? trailing.test(last) : (counts.get(last) ?? 0) > (counts.get(opener) ?? 0)
    if (!isOver) break
    counts.set(last, (counts.get(last) ?? 0) - 1)
  }
  return to
}
