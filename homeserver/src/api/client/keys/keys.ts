// POST /_matrix/client/v3/keys/{upload,query,claim}, GET …/keys/changes
// https://spec.matrix.org/v1.19/client-server-api/#key-management-api
import { forbidden, invalidParam, isUserId, type DeviceId, type JsonObject, type UserId } from '@pons/matrix'
import { Type } from 'typebox'
import { parseSyncToken } from '../../../sync/sync-token.ts'
import type { Requester } from '../../requester.ts'
import { defineEndpoint, dictionaryOf } from '../../endpoint.ts'

const Keys = Type.Optional(Type.Unsafe<JsonObject>(Type.Object({})))
const maxUsers = 10_000

export const uploadKeys = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/upload',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    device_keys: Keys,
    one_time_keys: Keys,
    fallback_keys: Keys,
    'org.matrix.msc2732.fallback_keys': Keys,
  }),
  async handle({ requester, body, services }) {
    const counts = await services.deviceKeys.upload(
      { userId: requester.userId, deviceId: requireDevice(requester) },
      {
        deviceKeys: body.device_keys,
        oneTimeKeys: body.one_time_keys,
        fallbackKeys: body.fallback_keys ?? body['org.matrix.msc2732.fallback_keys'],
      },
    )
    return { one_time_key_counts: counts }
  },
})

export const queryKeys = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/query',
  auth: 'user',
  takesMany: 1024 * 1024,
  body: Type.Object({
    device_keys: dictionaryOf(Type.Array(Type.String())),
    timeout: Type.Optional(Type.Number()),
  }),
  handle({ requester, body, services }) {
    const wanted = new Map<UserId, readonly string[]>()
    for (const [userId, devices] of Object.entries(body.device_keys)) {
      if (!isUserId(userId)) throw invalidParam('device_keys are by user id')
      wanted.set(userId, devices)
    }
    if (wanted.size > maxUsers) throw invalidParam(`${maxUsers} users at most`)
    return services.crossSigning.query(requester.userId, wanted)
  },
})

export const claimKeys = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/claim',
  auth: 'user',
  takesMany: 1024 * 1024,
  body: Type.Object({
    one_time_keys: dictionaryOf(dictionaryOf(Type.String())),
    timeout: Type.Optional(Type.Number()),
  }),
  handle: ({ body, services }) => services.deviceKeys.claim(body.one_time_keys),
})

export const getKeyChanges = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/keys/changes',
  auth: 'user',
  query: Type.Object({ from: Type.String(), to: Type.String() }),
  async handle({ requester: { userId }, query, services }) {
    const from = parseSyncToken(query.from).get('l') ?? 0
    const to = parseSyncToken(query.to).get('l') ?? services.deviceLists.position()
    const joined = (await services.reader.roomsOf(userId)).filter(({ membership }) => membership === 'join')
    const rooms = new Set(joined.map(({ roomId }) => roomId))
    const { changed, left } = await services.deviceLists.news(userId, rooms, from, to)
    return { changed, left }
  },
})

function requireDevice({ deviceId }: Requester): DeviceId {
  if (deviceId === undefined) throw forbidden('Keys belong to a device, which this request does not name')
  return deviceId
}
