import { isBlank } from '../text/is-blank.ts'
import type { MessageDocument } from './document.ts'
import { plainText } from './plain-text.ts'

/** No word, no medium, no place: a message that nobody would see. */
export function saysNothing(document: MessageDocument): boolean {
  if (document.media !== undefined || document.location !== undefined) return false
  return isBlank(plainText(document))
}
