import { createHash } from 'node:crypto'
import { utf8Length } from '@pons/matrix'

/** Several such keys fit into one entry of an index, on every engine. */
const maxKeyBytes = 500

/** The text itself, or its beginning and its hash where it is too long to be indexed. */
export function boundedKey(text: string): string {
  if (text.length <= maxKeyBytes && utf8Length(text) <= maxKeyBytes) return text
  return `${text.slice(0, 50).toWellFormed()}…${createHash('sha256').update(text).digest('base64url')}`
}
