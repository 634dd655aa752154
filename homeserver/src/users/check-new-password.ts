import { missingParam, weakPassword } from '@pons/matrix'
import { MAX_PASSWORD_LENGTH } from './password-hasher.ts'

const MIN_PASSWORD_LENGTH = 8

/** @throws MatrixError M_MISSING_PARAM, M_WEAK_PASSWORD */
export function checkNewPassword(password: string | undefined): asserts password is string {
  if (password === undefined) throw missingParam('missing parameter password')
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw weakPassword(`The password must have at least ${MIN_PASSWORD_LENGTH} characters`)
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    throw weakPassword(`The password may have at most ${MAX_PASSWORD_LENGTH} characters`)
  }
}
