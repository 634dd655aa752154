import { DataError } from '@pons/database'
import { badJson, type MatrixError } from '@pons/matrix'
import type { Logger } from 'pino'

/** What the database will never take, however often it is tried, is the request's fault. */
export function dataRefused(error: unknown, logger: Logger): MatrixError | undefined {
  if (!(error instanceof DataError)) return undefined
  logger.warn({ err: error }, 'data that cannot be stored')
  return badJson('the request holds text or numbers that cannot be stored')
}
