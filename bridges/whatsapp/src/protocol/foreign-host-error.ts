/** Where a message says its file lies is its sender's word. */
export class ForeignHostError extends Error {
  override readonly name = 'ForeignHostError'
}
