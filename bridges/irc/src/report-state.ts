import type { ClientState } from '@pons/core'
import type { IrcContext } from './irc-context.ts'

/** Tells how the connection is: `message` to its owner, `detail` to the operator. */
export function reportState(
  { network, login, label }: IrcContext,
  state: ClientState,
  message?: string,
  detail?: string,
): void {
  network.parts.host.clientState({
    ...(login && { login: login.id }),
    name: label,
    state,
    ...(message !== undefined && { message }),
    ...(detail !== undefined && { detail }),
  })
}
