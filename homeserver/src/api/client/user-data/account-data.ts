// GET, PUT, DELETE /_matrix/client/v3/user/{userId}[/rooms/{roomId}]/account_data/{type}
// https://spec.matrix.org/v1.19/client-server-api/#client-config
import { MatrixError, notFound, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { Services } from '../../../services/open-services.ts'
import { requireSelf } from '../../auth/require-self.ts'
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text, UserIdText } from '../../endpoint.ts'

const globalPath = '/_matrix/client/v3/user/:userId/account_data/:type'
const roomPath = '/_matrix/client/v3/user/:userId/rooms/:roomId/account_data/:type'
const globalParams = params({ userId: UserIdText, type: Text })
const roomParams = params({ userId: UserIdText, roomId: RoomIdText, type: Text })

/** Written by endpoints of their own. */
const managed = new Set(['m.fully_read', 'm.push_rules'])

export const getAccountData = defineEndpoint({
  method: 'GET',
  path: globalPath,
  auth: 'user',
  params: globalParams,
  async handle({ requester, params: { userId, type }, services }) {
    requireSelf(requester, userId)
    return found(services, userId, undefined, type)
  },
})

export const setAccountData = defineEndpoint({
  method: 'PUT',
  path: globalPath,
  auth: 'user',
  rateLimited: true,
  params: globalParams,
  body: JsonObjectBody,
  async handle({ requester, params: { userId, type }, body, services }) {
    requireSelf(requester, userId)
    refuseManaged(type)
    await services.accountData.set({ userId, roomId: undefined, type }, body)
    return {}
  },
})

export const deleteAccountData = defineEndpoint({
  method: 'DELETE',
  path: ['/_matrix/client/unstable/org.matrix.msc3391/user/:userId/account_data/:type'],
  auth: 'user',
  params: globalParams,
  async handle({ requester, params: { userId, type }, services }) {
    requireSelf(requester, userId)
    refuseManaged(type)
    await services.accountData.remove({ userId, roomId: undefined, type })
    return {}
  },
})

export const getRoomAccountData = defineEndpoint({
  method: 'GET',
  path: roomPath,
  auth: 'user',
  params: roomParams,
  async handle({ requester, params: { userId, roomId, type }, services }) {
    requireSelf(requester, userId)
    return found(services, userId, roomId, type)
  },
})

export const setRoomAccountData = defineEndpoint({
  method: 'PUT',
  path: roomPath,
  auth: 'user',
  rateLimited: true,
  params: roomParams,
  body: JsonObjectBody,
  async handle({ requester, params: { userId, roomId, type }, body, services }) {
    requireSelf(requester, userId)
    refuseManaged(type)
    await services.accountData.set({ userId, roomId, type }, body)
    return {}
  },
})

export const deleteRoomAccountData = defineEndpoint({
  method: 'DELETE',
  path: ['/_matrix/client/unstable/org.matrix.msc3391/user/:userId/rooms/:roomId/account_data/:type'],
  auth: 'user',
  params: roomParams,
  async handle({ requester, params: { userId, roomId, type }, services }) {
    requireSelf(requester, userId)
    refuseManaged(type)
    await services.accountData.remove({ userId, roomId, type })
    return {}
  },
})

async function found(
  { accountData }: Services,
  userId: UserId,
  roomId: RoomId | undefined,
  type: string,
): Promise<JsonObject> {
  const content = await accountData.get({ userId, roomId, type })
  if (!content) throw notFound('There is no account data of this type')
  return content
}

function refuseManaged(type: string): void {
  if (managed.has(type)) throw new MatrixError('M_BAD_JSON', `${type} cannot be set here`, { status: 405 })
}
