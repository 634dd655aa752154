/** The network did not answer, however often it was asked; what was asked may have been done. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError'
}
