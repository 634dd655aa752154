import type { RequestInfo } from '@pons/http'
import {
  forbidden,
  invalidParam,
  isDeviceId,
  isUserId,
  MatrixError,
  userDeactivated,
  userLocked,
  type DeviceId,
  type UserId,
} from '@pons/matrix'
import type { Appservice } from '../../appservices/appservice.ts'
import type { Services } from '../../services/open-services.ts'
import type { Account } from '../../storage/account-store.ts'
import type { Requester } from '../requester.ts'
import { assertedTime } from './event-time.ts'

export type MasqueradeServices = Pick<Services, 'accounts' | 'sessions' | 'roster' | 'appserviceQueues' | 'clock'>

/** https://spec.matrix.org/v1.19/application-service-api/#identity-assertion */
export async function masquerade(
  services: MasqueradeServices,
  appservice: Appservice,
  request: RequestInfo,
  mayBeLocked: boolean,
): Promise<Requester> {
  services.appserviceQueues.sawAlive(appservice, 'request')
  const userId = assertedUser(appservice, request)
  const account = services.accounts.remembered(userId) ?? (await services.accounts.find(userId))
  const { isAdmin } = requireUsable(account, mayBeLocked)
  const device = assertedDevice(request)
  if (device !== null && !(await services.sessions.exists(userId, device))) throw noSuchDevice()
  return {
    userId,
    deviceId: device ?? undefined,
    appservice,
    isAdmin,
    isGuest: false,
    originServerTs: assertedTime(request, services.clock.now()),
  }
}

/** May the application service act as that user, too? @throws MatrixError what a request with its `user_id` would meet */
export async function requireAssertable(
  { accounts }: Pick<Services, 'accounts'>,
  appservice: Appservice | undefined,
  userId: UserId,
): Promise<void> {
  if (appservice === undefined) throw forbidden('Only application services may do this')
  refuseForeign(appservice, userId)
  requireUsable(await accounts.find(userId))
}

function requireUsable(account: Account | undefined, mayBeLocked = false): Account {
  // POST /register is how the user comes to be, and reads the token itself.
  if (!account) throw forbidden('The application service has not registered this user')
  if (account.isDeactivated) throw userDeactivated('This user is deactivated')
  if (account.isLocked && !mayBeLocked) throw userLocked('This account is locked', { soft_logout: true })
  return account
}

function assertedUser(appservice: Appservice, request: RequestInfo): UserId {
  const asserted = request.query.get('user_id')
  if (asserted === null) return appservice.senderUserId
  if (!isUserId(asserted)) throw invalidParam('user_id is not a user id')
  refuseForeign(appservice, asserted)
  return asserted
}

function refuseForeign(appservice: Appservice, userId: UserId): void {
  if (appservice.ownsUser(userId)) return
  throw forbidden('The application service cannot masquerade as this user')
}

function assertedDevice({ query }: RequestInfo): DeviceId | null {
  const asserted = query.get('device_id') ?? query.get('org.matrix.msc3202.device_id')
  if (asserted !== null && !isDeviceId(asserted)) throw noSuchDevice()
  return asserted
}

function noSuchDevice(): MatrixError {
  return new MatrixError('M_UNKNOWN_DEVICE', 'The user has no such device')
}
