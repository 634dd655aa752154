import { isJsonObject, type JsonValue } from '@pons/matrix'

/** What somebody is called, by whom. */
export interface ContactNames {
  /** In the phone's address book. */
  readonly book?: string
  /** Of a business, confirmed by WhatsApp. */
  readonly verified?: string
  /** What the person calls themselves. */
  readonly push?: string
}

/** With what is said now; names that are empty or left out are as they were. */
export function withNames(before: ContactNames, { book, verified, push }: ContactNames): ContactNames {
  return {
    ...before,
    ...(book !== undefined && book !== '' && { book }),
    ...(verified !== undefined && verified !== '' && { verified }),
    ...(push !== undefined && push !== '' && { push }),
  }
}

/** As they were stored. */
export function namesIn(value: JsonValue): ContactNames {
  if (!isJsonObject(value)) return {}
  const text = (field: JsonValue | undefined): string | undefined => (typeof field === 'string' ? field : undefined)
  const [book, verified, push] = [value['book'], value['verified'], value['push']].map(text)
  return {
    ...(book !== undefined && { book }),
    ...(verified !== undefined && { verified }),
    ...(push !== undefined && { push }),
  }
}
