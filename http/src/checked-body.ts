import type { Static, TSchema } from 'typebox'
import { check } from './check.ts'
import { withoutNulls } from './without-nulls.ts'

/**
 * JSON that a request carries, once it has been found to fit; `null` where it may be absent is absent.
 *
 * @throws MatrixError M_BAD_JSON, M_MISSING_PARAM
 */
export function checkedBody<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const cleared = withoutNulls(schema, value)
  check(schema, cleared, 'body')
  return cleared as Static<Schema>
}
