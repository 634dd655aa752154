/** One key for a place in a room's state; neither part can hold U+0000. */
export function slotName(type: string, stateKey: string): string {
  return `${type}\0${stateKey}`
}
