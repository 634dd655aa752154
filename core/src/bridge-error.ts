/** Why a message could not be bridged, in the words of the message-status event (`com.beeper.message_send_status`). */
export type BridgeErrorReason =
  | 'm.event_not_handled'
  | 'm.event_too_old'
  | 'm.foreign_network_error'
  | 'm.no_permission'
  | 'com.beeper.unsupported_event'
  | 'com.beeper.undecryptable_event'

export interface BridgeErrorOptions {
  readonly reason?: BridgeErrorReason
  /** Trying the same again later may work. */
  readonly isRetryable?: boolean
  /** False: the action may have been done all the same. */
  readonly isCertain?: boolean
  readonly cause?: unknown
}

/** A failure that is told to a person: its message is written for them. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError'
  readonly reason: BridgeErrorReason
  readonly isRetryable: boolean
  readonly isCertain: boolean

  /** No try can ever end otherwise: the event itself is what the network, or the bridge, cannot take. */
  get isHopeless(): boolean {
    return this.reason.startsWith('com.beeper.')
  }

  constructor(message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = options.reason ?? 'm.foreign_network_error'
    this.isRetryable = options.isRetryable ?? false
    this.isCertain = options.isCertain ?? true
  }
}
