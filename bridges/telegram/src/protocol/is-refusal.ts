import { isLoginOver } from './is-login-over.ts'
import { refusalOf } from './refusal-of.ts'
import { waitOf } from './wait-of.ts'

/** Does the network say that it will not do that, now or later? */
export function isRefusal(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  const isFinal = typeof code === 'number' && code >= 400 && code < 500 && waitOf(error) === undefined
  return isFinal && refusalOf(error) !== undefined && !isLoginOver(error)
}
