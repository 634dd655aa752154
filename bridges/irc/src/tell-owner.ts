import type { IrcContext } from './irc-context.ts'
import { legible } from './protocol/decode-line.ts'

/** Says something in the management room of whoever owns the login. Nobody owns the relay. */
export function tellOwner({ network, login, label }: IrcContext, text: string, owner = login?.owner): void {
  if (owner === undefined) return
  const { host } = network.parts
  host.notifyUser(owner, legible(text)).catch((error: unknown) => {
    host.logger.warn({ err: error, client: label }, 'owner could not be told')
  })
}
