/** An error as a client of the API gets it; its text is part of the API (core.telegram.org/api/errors). */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
