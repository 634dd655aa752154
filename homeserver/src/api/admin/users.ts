// Administration of users: GET …/v3/admin/whois/{userId}, GET, PUT …/v1/admin/lock/{userId}, and those paths of Synapse's
// interface that tools use for the same.
import { forbidden, notFound, type UserId } from '@pons/matrix'
import { Type } from 'typebox'
import { deactivateAccount } from '../../users/deactivation.ts'
import type { Account } from '../../storage/account-store.ts'
import type { Services } from '../../services/open-services.ts'
import type { Requester } from '../requester.ts'
import { defineEndpoint, params, UserIdText } from '../endpoint.ts'

const userParams = params({ userId: UserIdText })

/** https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3adminwhoisuserid */
export const whoIs = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/client/v3/admin/whois/:userId', '/_synapse/admin/v1/whois/:userId'],
  auth: 'user',
  params: userParams,
  async handle({ requester, params: { userId }, services }) {
    if (requester.userId !== userId && !requester.isAdmin) throw forbidden('You are not a server admin')
    await accountOf(services, userId)
    const devices = await services.sessions.devices(userId)
    const entries = devices.map(({ deviceId, lastSeenTs, lastSeenIp }) => {
      const connections =
        lastSeenTs === undefined ? [] : [{ last_seen: lastSeenTs, ...(lastSeenIp !== undefined && { ip: lastSeenIp }) }]
      return [deviceId, { sessions: [{ connections }] }]
    })
    return { user_id: userId, devices: Object.fromEntries(entries) }
  },
})

export const getLock = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v1/admin/lock/:userId',
  auth: 'admin',
  params: userParams,
  handle: async ({ params: { userId }, services }) => ({ locked: (await accountOf(services, userId)).isLocked }),
})

export const setLock = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v1/admin/lock/:userId',
  auth: 'admin',
  params: userParams,
  body: Type.Object({ locked: Type.Boolean() }),
  async handle({ requester, params: { userId }, body, services }) {
    refuseOneself(requester, userId)
    await services.accounts.setLocked(userId, body.locked)
    return { locked: body.locked }
  },
})

export const getUser = defineEndpoint({
  method: 'GET',
  path: '/_synapse/admin/v2/users/:userId',
  auth: 'admin',
  params: userParams,
  async handle({ params: { userId }, services }) {
    const account = await accountOf(services, userId)
    const { displayname = null, avatar_url: avatarUrl = null } = await services.profiles.of(userId)
    return {
      name: userId,
      displayname,
      avatar_url: avatarUrl,
      admin: account.isAdmin,
      is_guest: account.isGuest,
      deactivated: account.isDeactivated,
      locked: account.isLocked,
      creation_ts: Math.floor(account.createdTs / 1000),
      appservice_id: account.appservice ?? null,
      threepids: [],
    }
  },
})

export const deactivateUser = defineEndpoint({
  method: 'POST',
  path: '/_synapse/admin/v1/deactivate/:userId',
  auth: 'admin',
  params: userParams,
  body: Type.Object({ erase: Type.Optional(Type.Boolean()) }),
  async handle({ params: { userId }, body, services }) {
    await accountOf(services, userId)
    await deactivateAccount(services, userId, body.erase ?? false)
    return { id_server_unbind_result: 'success' }
  },
})

async function accountOf({ accounts }: Services, userId: UserId): Promise<Account> {
  const account = await accounts.find(userId)
  if (!account) throw notFound('No such user')
  return account
}

/** Else the last admin could be shut out. */
function refuseOneself(requester: Requester, userId: UserId): void {
  if (requester.userId === userId) throw forbidden('You cannot lock yourself')
}
