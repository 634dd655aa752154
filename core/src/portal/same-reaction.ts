import { boundedKey } from '../text/bounded-key.ts'

/** Networks and clients differ in whether an emoji carries its presentation selector (U+FE0F): it says nothing. Long ones are known as they are stored. */
export function isSameReaction(a: string, b: string): boolean {
  return withoutSelector(a) === withoutSelector(b)
}

function withoutSelector(key: string): string {
  return boundedKey(key.replaceAll('\ufe0f', ''))
}
