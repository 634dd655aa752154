import {
  exclusive,
  invalidUsername,
  isHistoricalLocalpart,
  isValidLocalpart,
  localpartOf,
  MatrixError,
  serverNameOf,
  userIdOf,
  isUserId,
  type UserId,
} from '@pons/matrix'
import type { Appservice } from '../../../appservices/appservice.ts'
import type { Services } from '../../../services/open-services.ts'
import { refuseReserved } from '../../auth/refuse-reserved.ts'

/** The id that a user name shall have. @throws MatrixError M_INVALID_USERNAME, M_EXCLUSIVE */
export function newUserId(
  services: Pick<Services, 'serverName' | 'roster'>,
  username: string,
  appservice: Appservice | undefined,
): UserId {
  // People are known without capitals; a service names its ghosts as its network does.
  const name = appservice ? username : username.toLowerCase()
  // Some send the whole id.
  const isWhole = isUserId(name) && serverNameOf(name) === services.serverName
  const localpart = isWhole ? localpartOf(name) : name
  if (appservice ? !isHistoricalLocalpart(localpart) : !isValidLocalpart(localpart))
    throw invalidUsername('User IDs may only contain a-z, 0-9 and ._=-/+')
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
