import { BridgeError } from '@pons/core'

/** What is said when a connection ends before something could be done on it. */
export function connectionClosed(): BridgeError {
  return new BridgeError('the connection was closed', { isRetryable: true })
}
