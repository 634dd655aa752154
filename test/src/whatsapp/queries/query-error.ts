/** A query that is answered with an error. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: number

  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}
