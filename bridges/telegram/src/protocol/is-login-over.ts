import { refusalOf } from './refusal-of.ts'

const endings = new Set([
  'AUTH_KEY_UNREGISTERED',
  'AUTH_KEY_INVALID',
  'AUTH_KEY_DUPLICATED',
  'SESSION_REVOKED',
  'SESSION_EXPIRED',
  'USER_DEACTIVATED',
  'USER_DEACTIVATED_BAN',
])

/** Does the error say that the login is over? */
export function isLoginOver(error: unknown): boolean {
  return endings.has(refusalOf(error) ?? '')
}
