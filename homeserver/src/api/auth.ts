import type { Auth, RequestInfo } from '@pons/http'
import {
  exclusive,
  forbidden,
  invalidParam,
  MatrixError,
  isDeviceId,
  isUserId,
  missingToken,
  unknownToken,
  userDeactivated,
  userLocked,
  type DeviceId,
  type UserId,
} from '@pons/matrix'
import type { Appservice } from '../appservices/appservice.ts'
import type { Services } from '../services.ts'
import type { Account } from '../storage/account-store.ts'
import type { Requester } from './requester.ts'

type AuthServices = Pick<Services, 'accounts' | 'sessions' | 'appservices' | 'serverName' | 'clock'>

/** Turns a request's token into its requester; what may not pass throws what the spec says. */
export function authenticator(services: AuthServices) {
  return async (request: RequestInfo, auth: Exclude<Auth, 'none'>): Promise<Requester | undefined> => {
    const token = tokenOf(request)
    if (token === undefined) {
      if (auth === 'optional') return undefined
      throw missingToken('Missing access token')
    }
    const appservice = services.appservices.byToken(token)
    const mayBeLocked = auth === 'locked-user'
    const requester = appservice
      ? await masquerade(services, appservice, request, mayBeLocked)
      : await deviceOwner(services, token, request, mayBeLocked)
    if (auth === 'appservice' && !requester.appservice) throw forbidden('Only application services may do this')
    if (auth === 'admin' && !requester.isAdmin) throw forbidden('You are not a server admin')
    return requester
  }
}

/** The query form is what bridges of before v1.11 send; it is never logged. */
function tokenOf(request: RequestInfo): string | undefined {
  const { authorization } = request.headers as { authorization?: string }
  if (authorization === undefined) return request.query.get('access_token') ?? undefined
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token
}

async function deviceOwner(
  services: AuthServices,
  token: string,
  request: RequestInfo,
  mayBeLocked: boolean,
): Promise<Requester> {
  const owner = await services.sessions.ownerOf(token)
  if (!owner) throw unknownToken('Unrecognised access token', { soft_logout: false })
  const account = await services.accounts.find(owner.userId)
  if (!account || account.isDeactivated) throw unknownToken('Unrecognised access token', { soft_logout: false })
  if (account.isLocked && !mayBeLocked) throw userLocked('This account is locked', { soft_logout: true })
  services.sessions.saw(owner, request.ip)
  const { isAdmin, isGuest } = account
  return { ...owner, appservice: undefined, isAdmin, isGuest, originServerTs: undefined }
}

/** https://spec.matrix.org/latest/application-service-api/#identity-assertion */
async function masquerade(
  services: AuthServices,
  appservice: Appservice,
  request: RequestInfo,
  mayBeLocked: boolean,
): Promise<Requester> {
  services.appservices.sawAlive(appservice, 'request')
  const userId = assertedUser(appservice, request)
  const account = services.accounts.remembered(userId) ?? (await services.accounts.find(userId))
  const { isAdmin } = requireUsable(account, mayBeLocked)
  const device = assertedDevice(request)
  if (device !== null) await requireDevice(services, userId, device)
  return {
    userId,
    deviceId: device ?? undefined,
    appservice,
    isAdmin,
    isGuest: false,
    originServerTs: assertedTime(request, services.clock.now()),
  }
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

/** May the application service act as that user, too? @throws MatrixError what a request with its `user_id` would meet */
export async function requireAssertable(
  services: Pick<AuthServices, 'accounts'>,
  appservice: Appservice | undefined,
  userId: UserId,
): Promise<void> {
  if (appservice === undefined) throw forbidden('Only application services may do this')
  refuseForeign(appservice, userId)
  requireUsable(await services.accounts.find(userId))
}

function assertedDevice({ query }: RequestInfo): DeviceId | null {
  const asserted = query.get('device_id') ?? query.get('org.matrix.msc3202.device_id')
  if (asserted !== null && !isDeviceId(asserted)) throw noSuchDevice()
  return asserted
}

async function requireDevice(services: AuthServices, userId: UserId, device: DeviceId): Promise<void> {
  if (!(await services.sessions.exists(userId, device))) throw noSuchDevice()
}

function noSuchDevice(): MatrixError {
  return new MatrixError('M_UNKNOWN_DEVICE', 'The user has no such device')
}

/** The farthest time an application service may give an event: a day ahead leaves room for clocks that differ. */
const MAX_AHEAD_MS = 24 * 3600 * 1000

function assertedTime(request: RequestInfo, nowMs: number): number | undefined {
  const text = request.query.get('ts')
  if (text === null) return undefined
  return checkedTime(/^\d+$/.test(text) ? Number(text) : NaN, nowMs)
}

/** A time that an application service gives to an event. @throws MatrixError M_INVALID_PARAM */
export function checkedTime(ts: number, nowMs: number): number {
  if (Number.isSafeInteger(ts) && ts <= nowMs + MAX_AHEAD_MS) return ts
  throw invalidParam('ts is not a time in milliseconds')
}

/** The user id in the path must be the requester's own. */
export function requireSelf(requester: Requester, userId: UserId): void {
  if (requester.userId !== userId) throw forbidden('You may do this for yourself only')
}

export function refuseReserved(
  services: Pick<Services, 'appservices'>,
  userId: UserId,
  appservice: Appservice | undefined,
): void {
  const owner = services.appservices.exclusiveOwnerOfUser(userId)
  if (owner && owner !== appservice) throw exclusive('This user ID is reserved by an application service.')
}

/** The application service that the request's token belongs to, for endpoints that are open to users without one. */
export async function requireAppservice(
  services: Pick<Services, 'appservices' | 'guesses'>,
  request: RequestInfo,
): Promise<Appservice> {
  const token = tokenOf(request)
  if (token === undefined) throw missingToken('Missing access token')
  const appservice = services.appservices.byToken(token)
  await services.guesses.attempt({ ip: request.ip }, async () => appservice !== undefined)
  if (!appservice) throw unknownToken('Unrecognised access token', { soft_logout: false })
  services.appservices.sawAlive(appservice, 'request')
  return appservice
}
