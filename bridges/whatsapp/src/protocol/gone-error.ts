/** The servers keep files for some weeks only. */
export class GoneError extends Error {
  override readonly name = 'GoneError'
}
