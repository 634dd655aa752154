import type { SqlValue } from './database.ts'

/**
 * The database will never take this value, however often it is tried: text that has no UTF-8 form or holds NUL, a number
 * that is no integer or out of range, a row that breaks a constraint. Nothing was written.
 */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/**
 * What one engine refuses and the other alters or keeps is refused by both: NUL, which PostgreSQL's text cannot hold; half a
 * surrogate pair, in whose place both would store another character; fractions and integers beyond 2^53.
 *
 * @throws DataError
 */
export function checkValues(params: readonly SqlValue[]): void {
  for (const value of params) {
    if (typeof value === 'string') {
      if (value.includes('\0')) throw new DataError('text holds a NUL character')
      if (!value.isWellFormed()) throw new DataError('text holds half of a surrogate pair')
    } else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new DataError('a number is not an integer within +-(2^53-1)')
    }
  }
}

/** What an engine's own error becomes, where its cause lies in the data; the same error for anything else. */
export function explained(error: unknown, isOfData: (code: string) => boolean): unknown {
  if (!(error instanceof Error)) return error
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || !isOfData(code)) return error
  return new DataError(`the database refuses the data: ${error.message}`, { cause: error })
}
