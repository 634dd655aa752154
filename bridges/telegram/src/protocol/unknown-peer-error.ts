/** Nobody can be asked for a peer that the account has never met. */
export class UnknownPeerError extends RangeError {
  override readonly name = 'UnknownPeerError'
}
