import { BridgeError } from '../bridge-error.ts'
import type { NetworkConnector } from '../network/connector.ts'

/** Nothing can be sent before the owner of the login decides: it is kept, and given up at once so that they are told. */
export class LoginEndedError extends BridgeError {}

/** @param words what ended the login */
export function loginEnded(
  { connector }: { readonly connector: NetworkConnector },
  words: string,
  { isCertain }: { readonly isCertain: boolean } = { isCertain: true },
): LoginEndedError {
  const { displayName } = connector.info
  const what = isCertain
    ? `you are logged out of ${displayName} (${words}).`
    : `your login to ${displayName} ended while this was sent (${words}); it may have arrived.`
  return new LoginEndedError(`${what} It is kept: log in again, or say \`discard\` to drop it`, {
    isCertain,
  })
}
