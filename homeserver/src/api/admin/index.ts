import type { Endpoint } from '../endpoint.ts'
import { resetPasswordByAdmin, resetPasswordBySecret } from './reset-password.ts'
import { getRegistrationNonce, registerBySecret } from './shared-secret-registration.ts'
import { deactivateUser, getLock, getUser, setLock, whoIs } from './users.ts'

export const adminEndpoints: readonly Endpoint[] = [
  getRegistrationNonce,
  registerBySecret,
  resetPasswordByAdmin,
  resetPasswordBySecret,
  whoIs,
  getLock,
  setLock,
  getUser,
  deactivateUser,
]
