/** How a server decides that two nicks or channels are the same (ISUPPORT CASEMAPPING). */
export type CaseMapping = 'ascii' | 'rfc1459' | 'rfc1459-strict'

export function parseCaseMapping(text: unknown): CaseMapping {
  if (text === 'ascii' || text === 'rfc1459') return text
  return text === 'rfc1459-strict' || text === 'strict-rfc1459' ? 'rfc1459-strict' : 'ascii'
}

/**
 * The form under which a name is compared and stored. Only ASCII letters and, in the older mappings, `[]\~` change: other
 * scripts are left alone, as servers do.
 */
export function fold(name: string, mapping: CaseMapping): string {
  const lower = name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  if (mapping === 'ascii') return lower
  const braces = lower.replaceAll('[', '{').replaceAll(']', '}').replaceAll('\\', '|')
  return mapping === 'rfc1459' ? braces.replaceAll('~', '^') : braces
}
