/** What stands for a character that no store, no signature and no network takes. */
const replacement = '\ufffd'

/** NUL and halves of surrogate pairs become U+FFFD: the one rule for text from either side, applied where it comes in. */
export function cleanText(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed()
  return formed.includes('\0') ? formed.replaceAll('\0', replacement) : formed
}

/** `cleanText` for every text and key in a JSON value; the value itself where nothing has to change. */
export function cleanJson<T>(value: T): T {
  return cleaned(value) as T
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) {
    const copy = value.map(cleaned)
    return copy.some((element, index) => element !== value[index]) ? copy : value
  }
  const entries = Object.entries(value)
  const copy = entries.map(([key, member]) => [cleanText(key), cleaned(member)] as const)
  const isChanged = copy.some(([key, member], index) => key !== entries[index]?.[0] || member !== entries[index]?.[1])
  return isChanged ? Object.fromEntries(copy) : value
}
