/** The file is not what the message says it is. */
export class WrongFileError extends Error {
  override readonly name = 'WrongFileError'
}
