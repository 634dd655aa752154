import {
  exclusive,
  invalidUsername,
  isValidLocalpart,
  localpartOf,
  MatrixError,
  missingParam,
  serverNameOf,
  userIdOf,
  isUserId,
  weakPassword,
  type UserId,
} from '@pons/matrix'
import type { Appservice } from '../../../appservices/appservice.ts'
import type { Services } from '../../../services.ts'
import { refuseReserved } from '../../auth.ts'

const MIN_PASSWORD_LENGTH = 8
const MAX_PASSWORD_LENGTH = 512

/** The id that a user name shall have. @throws MatrixError M_INVALID_USERNAME, M_EXCLUSIVE */
export function newUserId(
  services: Pick<Services, 'serverName' | 'appservices'>,
  username: string,
  appservice: Appservice | undefined,
): UserId {
  // Some send the whole id.
  const isWhole = isUserId(username) && serverNameOf(username) === services.serverName
  const localpart = isWhole ? localpartOf(username) : username
  if (!isValidLocalpart(localpart)) throw invalidUsername('User IDs may only contain a-z, 0-9 and ._=-/+')
  let userId: UserId
  try {
    userId = userIdOf(localpart, services.serverName)
  } catch (cause) {
    throw new MatrixError('M_INVALID_USERNAME', 'The user ID is too long', { cause })
  }
  refuseReserved(services, userId, appservice)
  if (appservice && !appservice.ownsUser(userId)) {
    throw exclusive('The user is not in the namespace of the application service.')
  }
  return userId
}

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
