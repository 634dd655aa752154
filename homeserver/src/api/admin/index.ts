import type { Endpoint } from '../endpoint.ts'
import { getRegistrationNonce, registerBySecret } from './shared-secret-registration.ts'
import { deactivateUser, getLock, getUser, setLock, whoIs } from './users.ts'

export const adminEndpoints: readonly Endpoint[] = [
  getRegistrationNonce,
  registerBySecret,
  whoIs,
  getLock,
  setLock,
  getUser,
  deactivateUser,
]
