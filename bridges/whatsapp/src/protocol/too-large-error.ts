/** The file is larger than is wanted. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}
