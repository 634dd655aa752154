/** Where in a text an address stands: from its first character to behind its last. */
export interface AddressSpan {
  readonly from: number
  readonly to: number
  /** False for a bare host name, which may as well be a word with a dot in it. */
  readonly isSure: boolean
}

const word = /[^\s\p{Cc}<>"\u2060]+/gu
// A scheme is ASCII: where words are not parted by spaces, a letter of another script may stand in front of it.
const scheme = /(?<![a-z\d+.-])[a-z][a-z\d+.-]{0,31}:\/\/[^\s]/iu
const mailto =
  /(?<![\p{L}\p{N}])(?:(?:mailto|matrix|xmpp|sips?|tel|sms|magnet|geo|urn|news|skype|callto|facetime|bitcoin|ethereum|lightning|spotify|doi):|data:[a-z]+\/)[^\s]/iu
// Names of services and of machines hold underscores, too (RFC 2782).
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?`
const topLabel = String.raw`(?:xn--[a-z\d-]{2,59}|\p{L}{2,63})`
const hostName = String.raw`${label}\.(?:_?${label}\.){0,125}${topLabel}(?![\p{L}\p{N}-]|_+[\p{L}\p{N}])`
const ipv4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}(?![\p{L}\p{N}])`
const ipv6 = String.raw`\[[\da-f.]*:[\da-f:.]+(?:%[\w.-]+)?\]`
const port = String.raw`:\d{1,5}(?!\d)`
const path = String.raw`[/?#].*`
const host = new RegExp(`^(?:_(?=[^.]+\\._))?${hostName}\\.?(?:${port})?(?:${path})?`, 'iu')
/** What is one by nothing but what follows: a machine by its number, or by a short name. */
const machine = new RegExp(
  `^(?:${ipv4}(?:(?:${port})(?:${path})?|${path})|localhost(?:(?:${port})(?:${path})?|/.*)|[a-z][a-z\\d_-]*:\\d{2,5}/.*)`,
  'iu',
)
const bracketed = new RegExp(String.raw`(?<![\p{L}\p{N}])${ipv6}(?:(?:${port})(?:${path})?|${path})`, 'iu')
const atHost = `(?:${hostName}|${ipv4}|${ipv6}|localhost(?![\\p{L}\\p{N}]))`
/** With what some programs write behind: a path (scp), a resource (XMPP), a subject. */
const mail = new RegExp(String.raw`^[^\s@:,;()[\]]{1,64}@${atHost}(?:[:/?#]\S*)?`, 'iu')
/** Of a user, an alias, a room or an event (Matrix appendices, "Identifier Grammar"). */
const matrixId = new RegExp(String.raw`^[@#!$][^\s:@]{1,250}:${atHost}(?:${port})?`, 'iu')
/** What stands in front of an address without being of it. */
const leading = /^[([{'“‘«„.,;:!?|（【「『《。，、；：]+/u
const marks = /^[*_~`]+/
const trailing = /[.,;:!?'”’»|…。，、！？；：]$/u
const closers: Readonly<Record<string, string>> = {
  ')': '(',
  ']': '[',
  '}': '{',
  '）': '（',
  '】': '【',
  '」': '「',
  '』': '『',
  '》': '《',
}
/** Of the addresses that stand in one word, between commas. */
const mostPerWord = 16
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
    if (whole.length > longestWord) continue
    let at = 0
    for (let count = 0; count < mostPerWord; count++) {
      const span = addressIn(whole.slice(at))
      if (span === undefined) break
      spans.push({ ...span, from: index + at + span.from, to: index + at + span.to })
      at += span.to
    }
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
  const start = startOf(whole)
  const rest = whole.slice(start)
  // The sign of a room's id is one that may stand in front, too.
  const sign = whole.slice(0, start).indexOf('!')
  const idAt = sign === -1 ? start : sign
  const id = matrixId.exec(whole.slice(idAt))?.[0]
  const named = id === undefined ? mail.exec(rest)?.[0] : rest.slice(0, id.length + idAt - start)
  // A mail address may stand in front of one with a scheme; what a scheme leads to may hold one.
  if (named !== undefined && (from === undefined || from >= start + named.length))
    return { from: id === undefined ? start : idAt, to: endOf(whole, start, start + named.length), isSure: true }
  const host = byHost(whole, start)
  if (from === undefined) return host
  // A host may stand in front; and what it leads to may be an address itself, as in an archive.
  if (host !== undefined && (host.to <= from || /[/?#]/.test(whole.slice(host.from, from)))) return host
  return { from, to: endOf(whole, from, whole.length), isSure: true }
}

function byHost(whole: string, start: number): AddressSpan | undefined {
  const byNumber = bracketed.exec(whole)
  if (byNumber !== null) return { from: byNumber.index, to: endOf(whole, byNumber.index, whole.length), isSure: true }
  const marked = marks.exec(whole.slice(start))?.[0].length ?? 0
  return hostIn(whole, start) ?? hostIn(whole, start + marked)
}

function hostIn(whole: string, start: number): AddressSpan | undefined {
  const rest = whole.slice(start)
  const atMachine = machine.exec(rest)?.[0]
  const found = atMachine ?? host.exec(rest)?.[0]
  if (found === undefined) return undefined
  const to = endOf(whole, start, start + found.length)
  const isSure = atMachine !== undefined || /[/?#]|^www\./i.test(whole.slice(start, to))
  return { from: start, to, isSure }
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
