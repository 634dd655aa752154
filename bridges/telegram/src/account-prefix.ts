import type { LoginId } from '@pons/core'

/** Under which the values of one login are kept. */
export function accountPrefix(login: LoginId): string {
  return `login/${login}/`
}
