/** How a server decides that two nicks or channels are the same (ISUPPORT CASEMAPPING). */
export type CaseMapping = 'ascii' | 'rfc1459' | 'rfc1459-strict' | 'rfc8265'

export function parseCaseMapping(text: unknown): CaseMapping {
  const name = typeof text === 'string' ? text.toLowerCase() : ''
  if (name === 'rfc1459-strict' || name === 'strict-rfc1459') return 'rfc1459-strict'
  // The same of two editions: by the letters of all scripts.
  if (name === 'rfc7613' || name === 'rfc8265') return 'rfc8265'
  return name === 'rfc1459' || name === '' ? 'rfc1459' : 'ascii'
}

/**
 * The form under which a name is compared and stored. Only ASCII letters and, in the older mappings, `[]\~` change: other
 * scripts are left alone, as servers do that do not say otherwise.
 */
export function fold(name: string, mapping: CaseMapping): string {
  if (mapping === 'rfc8265') return name.toLowerCase().normalize('NFC')
  const lower = name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  if (mapping === 'ascii') return lower
  const braces = lower.replaceAll('[', '{').replaceAll(']', '}').replaceAll('\\', '|')
  return mapping === 'rfc1459' ? braces.replaceAll('~', '^') : braces
}
