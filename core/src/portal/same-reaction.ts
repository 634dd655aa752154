/** Networks and clients differ in whether an emoji carries its presentation selector (U+FE0F): it says nothing. */
export function isSameReaction(a: string, b: string): boolean {
  return withoutSelector(a) === withoutSelector(b)
}

function withoutSelector(key: string): string {
  return key.replaceAll('\ufe0f', '')
}
