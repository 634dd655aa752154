// GET, POST /_matrix/client/v3/room_keys/version, GET, PUT, DELETE …/version/{version}, GET, PUT, DELETE …/room_keys/keys…
// https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
import {
  innerMap,
  jsonOf,
  badJson,
  isJsonObject,
  notFound,
  ownValue,
  type JsonObject,
  type JsonValue,
  type UserId,
} from '@pons/matrix'
import { Type } from 'typebox'
import type { BackedUpKey, BackupVersion } from '../../../storage/room-key-store.ts'
import type { Services } from '../../../services/open-services.ts'
import { defineEndpoint, JsonObjectBody, params, Text } from '../../endpoint.ts'

const base = '/_matrix/client/v3/room_keys'
const versionParams = params({ version: Text })
const Version = Type.Object({ version: Type.String() })
/** Encrypted or signed by clients: whatever they write is theirs. */
const AuthData = Type.Unsafe<JsonValue>(Type.Unknown())

export const createBackup = defineEndpoint({
  method: 'POST',
  path: `${base}/version`,
  auth: 'user',
  rateLimited: true,
  body: Type.Object({ algorithm: Type.String(), auth_data: AuthData }),
  async handle({ requester, body, services }) {
    return { version: await services.keyBackup.create(requester.userId, body.algorithm, body.auth_data) }
  },
})

export const getCurrentBackup = defineEndpoint({
  method: 'GET',
  path: `${base}/version`,
  auth: 'user',
  handle: async ({ requester, services }) => versionBody(await services.keyBackup.version(requester.userId)),
})

export const getBackup = defineEndpoint({
  method: 'GET',
  path: `${base}/version/:version`,
  auth: 'user',
  params: versionParams,
  async handle({ requester, params: { version }, services }) {
    return versionBody(await services.keyBackup.version(requester.userId, version))
  },
})

export const updateBackup = defineEndpoint({
  method: 'PUT',
  path: `${base}/version/:version`,
  auth: 'user',
  params: versionParams,
  body: Type.Object({ algorithm: Type.String(), auth_data: AuthData, version: Type.Optional(Type.String()) }),
  async handle({ requester, params: { version }, body, services }) {
    if (body.version !== undefined && body.version !== version) throw badJson('the versions of path and body differ')
    await services.keyBackup.update(requester.userId, version, body.algorithm, body.auth_data)
    return {}
  },
})

export const deleteBackup = defineEndpoint({
  method: 'DELETE',
  path: `${base}/version/:version`,
  auth: 'user',
  params: versionParams,
  async handle({ requester, params: { version }, services }) {
    await services.keyBackup.delete(requester.userId, version)
    return {}
  },
})

// The three depths of the path differ in how much of { rooms: { room: { sessions: { session: key } } } } they carry.
const all = `${base}/keys`
const ofRoom = `${base}/keys/:roomId`
const one = `${base}/keys/:roomId/:sessionId`
const roomParams = params({ roomId: Text })
const sessionParams = params({ roomId: Text, sessionId: Text })

export const getRoomKeys = [
  defineEndpoint({
    method: 'GET',
    path: all,
    auth: 'user',
    query: Version,
    async handle({ requester, query: { version }, services }) {
      const rooms = new Map<string, Map<string, JsonObject>>()
      for (const { roomId, sessionId, content } of await services.keyBackup.keys(requester.userId, version, {})) {
        innerMap(rooms, roomId).set(sessionId, content)
      }
      return {
        rooms: jsonOf(new Map([...rooms].map(([roomId, sessions]) => [roomId, { sessions: jsonOf(sessions) }]))),
      }
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: ofRoom,
    auth: 'user',
    params: roomParams,
    query: Version,
    async handle({ requester, params: { roomId }, query: { version }, services }) {
      const keys = await services.keyBackup.keys(requester.userId, version, { roomId })
      return { sessions: Object.fromEntries(keys.map(({ sessionId, content }) => [sessionId, content])) }
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: one,
    auth: 'user',
    params: sessionParams,
    query: Version,
    async handle({ requester, params: range, query: { version }, services }) {
      const [key] = await services.keyBackup.keys(requester.userId, version, range)
      if (!key) throw notFound('No room_keys found')
      return key.content
    },
  }),
]

export const putRoomKeys = [
  defineEndpoint({
    method: 'PUT',
    path: all,
    auth: 'user',
    takesMany: true,
    query: Version,
    body: JsonObjectBody,
    handle({ requester, query, body, services }) {
      const keys = Object.entries(objectIn(body, 'rooms')).flatMap(([roomId, room]) => roomKeys(roomId, room))
      return put(services, requester.userId, query.version, keys)
    },
  }),
  defineEndpoint({
    method: 'PUT',
    path: ofRoom,
    auth: 'user',
    takesMany: true,
    params: roomParams,
    query: Version,
    body: JsonObjectBody,
    handle: ({ requester, params: { roomId }, query, body, services }) =>
      put(services, requester.userId, query.version, roomKeys(roomId, body)),
  }),
  defineEndpoint({
    method: 'PUT',
    path: one,
    auth: 'user',
    params: sessionParams,
    query: Version,
    body: JsonObjectBody,
    handle: ({ requester, params: { roomId, sessionId }, query, body, services }) =>
      put(services, requester.userId, query.version, [{ roomId, sessionId, content: checkedKey(body) }]),
  }),
]

export const deleteRoomKeys = defineEndpoint({
  method: 'DELETE',
  path: [all, ofRoom, one],
  auth: 'user',
  params: Type.Object({ roomId: Type.Optional(Type.String()), sessionId: Type.Optional(Type.String()) }),
  query: Version,
  handle: ({ requester, params: range, query, services }) =>
    services.keyBackup.deleteKeys(requester.userId, query.version, range),
})

function put(services: Services, userId: UserId, version: string, keys: readonly BackedUpKey[]): Promise<unknown> {
  return services.keyBackup.put(userId, version, keys)
}

function roomKeys(roomId: string, room: JsonValue): BackedUpKey[] {
  if (!isJsonObject(room)) throw badJson('the keys of a room are an object')
  const sessions = Object.entries(objectIn(room, 'sessions'))
  return sessions.map(([sessionId, content]) => ({ roomId, sessionId, content: checkedKey(content) }))
}

function checkedKey(content: JsonValue): JsonObject {
  const isKey =
    isJsonObject(content) &&
    typeof content['first_message_index'] === 'number' &&
    typeof content['forwarded_count'] === 'number' &&
    typeof content['is_verified'] === 'boolean' &&
    ownValue(content, 'session_data') !== undefined
  if (!isKey) throw badJson('a key has first_message_index, forwarded_count, is_verified and session_data')
  return content
}

function objectIn(json: JsonObject, name: string): JsonObject {
  const value = ownValue(json, name)
  if (!isJsonObject(value)) throw badJson(`${name} is not an object`)
  return value
}

function versionBody({ version, algorithm, authData, etag, count }: BackupVersion & { count: number }): JsonObject {
  return { version: String(version), algorithm, auth_data: authData, etag: String(etag), count }
}
