// GET /_matrix/client/v3/profile/{userId}, GET, PUT, DELETE …/{keyName}
// https://spec.matrix.org/v1.19/client-server-api/#profiles
import { forbidden, missingParam, notFound, ownValue, type JsonObject, type UserId } from '@pons/matrix'
import type { Services } from '../../../services/open-services.ts'
import type { Requester } from '../../requester.ts'
import { defineEndpoint, JsonObjectBody, params, Text, UserIdText } from '../../endpoint.ts'

const userParams = params({ userId: UserIdText })
const fieldParams = params({ userId: UserIdText, keyName: Text })
const fieldPaths = [
  '/_matrix/client/v3/profile/:userId/:keyName',
  '/_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId/:keyName',
]

export const getProfile = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/client/v3/profile/:userId', '/_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId'],
  auth: 'optional',
  params: userParams,
  handle: ({ requester, params: { userId }, services }) => profileOf(services, requester, userId),
})

export const getProfileField = defineEndpoint({
  method: 'GET',
  path: fieldPaths,
  auth: 'optional',
  params: fieldParams,
  async handle({ requester, params: { userId, keyName }, services }) {
    const value = ownValue(await profileOf(services, requester, userId), keyName)
    if (value === undefined) throw notFound('The profile has no such field')
    return { [keyName]: value }
  },
})

export const setProfileField = defineEndpoint({
  method: 'PUT',
  path: fieldPaths,
  auth: 'user',
  rateLimited: true,
  params: fieldParams,
  body: JsonObjectBody,
  async handle({ requester, params: { userId, keyName }, body, services }) {
    requireOwn(requester, userId)
    const value = ownValue(body, keyName)
    if (value === undefined) throw missingParam(`missing parameter ${keyName}`)
    // An avatar or name of null, as some clients send, is none.
    const isRemoved = value === null && (keyName === 'displayname' || keyName === 'avatar_url')
    const isChanged = isRemoved
      ? await services.profiles.remove(userId, keyName)
      : await services.profiles.set(userId, keyName, value)
    if (isChanged) await tellRooms(services, requester, userId, keyName)
    return {}
  },
})

export const deleteProfileField = defineEndpoint({
  method: 'DELETE',
  path: fieldPaths,
  auth: 'user',
  rateLimited: true,
  params: fieldParams,
  async handle({ requester, params: { userId, keyName }, services }) {
    requireOwn(requester, userId)
    if (await services.profiles.remove(userId, keyName)) await tellRooms(services, requester, userId, keyName)
    return {}
  },
})

/** MSC4437: the whole profile in one request, as bridges write those of their ghosts. */
export const replaceProfile = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/unstable/com.beeper.msc4437/profile/:userId',
  auth: 'user',
  rateLimited: true,
  params: userParams,
  body: JsonObjectBody,
  async handle({ requester, params: { userId }, body, services }) {
    requireOwn(requester, userId)
    const changed = await services.profiles.replace(userId, body)
    if (changed.has('displayname') || changed.has('avatar_url'))
      await tellRooms(services, requester, userId, 'displayname')
    return {}
  },
})

async function profileOf(services: Services, asker: Requester | undefined, userId: UserId): Promise<JsonObject> {
  const isThere = (await services.accounts.find(userId)) !== undefined
  if (!isThere && !(await isMadeNow(services, asker, userId))) throw notFound('No such user')
  return services.profiles.of(userId)
}

/** A ghost may be made at the first look; not at that of a stranger, and not one after another without end. */
async function isMadeNow(
  { accounts, roster, appserviceQueries, guesses }: Services,
  asker: Requester | undefined,
  userId: UserId,
): Promise<boolean> {
  if (!asker || !roster.list.some((appservice) => appservice.ownsUser(userId))) return false
  if (!asker.appservice) guesses.question(asker.userId)
  return (await appserviceQueries.userExists(userId)) && (await accounts.find(userId)) !== undefined
}

function requireOwn(requester: Requester, userId: UserId): void {
  if (requester.userId === userId) return
  // The specification has the service masquerade; bridges that forget to are forgiven within their namespace.
  if (requester.appservice?.ownsUser(userId)) return
  throw forbidden('You may change your own profile only')
}

/** Member events carry name and avatar only. */
async function tellRooms(services: Services, requester: Requester, userId: UserId, field: string): Promise<void> {
  if (field !== 'displayname' && field !== 'avatar_url') return
  await services.memberships.updateProfile(userId, requester.originServerTs)
}
