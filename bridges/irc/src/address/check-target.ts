import { BridgeError } from '@pons/core'

/** Refuses what no server would take as a channel or a nick, before it can do harm in a line. */
export function checkTarget(name: string): void {
  if (name !== '' && !/[\s,:\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 200) return
  throw new BridgeError(`“${name}” is neither a channel nor a nick.`)
}
