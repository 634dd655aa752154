import type { JsonObject, JsonValue } from '@pons/matrix'
import type { Endpoint } from '../../src/api/endpoint.ts'

/** What a request is filled with where it is not hostile. */
export interface Known {
  readonly userId: string
  readonly deviceId: string
  readonly roomId: string
  readonly eventId: string
  readonly mediaId: string
}

/** A body for endpoints whose schemas leave it open. */
const open: Readonly<Record<string, (known: Known) => JsonObject>> = {
  'PUT /profile/:userId/:keyName': () => ({ displayname: 'a name' }),
  'PUT /user/:userId/account_data/:type': () => ({ key: 'value' }),
  'PUT /user/:userId/rooms/:roomId/tags/:tag': () => ({ order: 0.5, more: 'text' }),
  'POST /user/:userId/filter': () => ({ room: { timeline: { types: ['a'], limit: 3 }, rooms: ['!a:b'] } }),
  'POST /keys/upload': () => ({
    one_time_keys: { 'signed_curve25519:AAAA': { key: 'key', signatures: {} }, 'curve25519:B': 'key' },
    fallback_keys: { 'signed_curve25519:AAAB': { key: 'key', fallback: true } },
  }),
  'POST /keys/query': ({ userId, deviceId }) => ({ device_keys: { [userId]: [deviceId] }, timeout: 10 }),
  'POST /keys/claim': ({ userId, deviceId }) => ({ one_time_keys: { [userId]: { [deviceId]: 'signed_curve25519' } } }),
  'POST /keys/device_signing/upload': ({ userId }) => ({
    master_key: { user_id: userId, usage: ['master'], keys: { 'ed25519:AAAA': 'AAAA' } },
  }),
  'POST /keys/signatures/upload': ({ userId, deviceId }) => ({
    [userId]: { [deviceId]: { user_id: userId, signatures: { [userId]: { 'ed25519:A': 'signature' } } } },
  }),
  'PUT /sendToDevice/:eventType/:txnId': ({ userId, deviceId }) => ({
    messages: { [userId]: { [deviceId]: { text: 'text' } } },
  }),
  'PUT /room_keys/keys': ({ roomId }) => ({ rooms: { [roomId]: { sessions: { session: sessionData } } } }),
  'PUT /room_keys/keys/:roomId': () => ({ sessions: { session: sessionData } }),
  'PUT /room_keys/keys/:roomId/:sessionId': () => sessionData,
  'PUT /rooms/:roomId/send/:eventType/:txnId': ({ eventId }) => ({
    body: 'text',
    'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key: 'key' },
    'm.mentions': { user_ids: ['@a:b'] },
  }),
  'PUT /rooms/:roomId/state/:eventType': () => ({ name: 'text', alias: '#a:example.org' }),
  'PUT /rooms/:roomId/redact/:eventId/:txnId': () => ({ reason: 'text' }),
  'POST /createRoom': ({ roomId }) => ({
    room_alias_name: 'alias',
    name: 'name',
    topic: 'topic',
    invite: ['@a:example.org'],
    room_version: '10',
    creation_content: { type: 'm.space', predecessor: { room_id: roomId } },
    initial_state: [{ type: 'm.room.avatar', state_key: '', content: { url: 'mxc://a/b' } }],
    power_level_content_override: { users: { '@a:example.org': 5 }, events: { 'm.x': 1 } },
  }),
  'POST /publicRooms': () => ({ limit: 2, since: '1', filter: { generic_search_term: 'text', room_types: ['a'] } }),
  'POST /pushers/set': () => ({
    pushkey: 'key',
    app_id: 'app',
    kind: 'http',
    app_display_name: 'app',
    device_display_name: 'device',
    lang: 'en',
    data: { url: 'https://push.example.org/_matrix/push/v1/notify', format: 'event_id_only' },
  }),
  'PUT /pushrules/global/:kind/:ruleId': () => ({ actions: ['notify'], pattern: 'text' }),
  'POST /login': ({ userId, deviceId }) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password: 'password',
    device_id: deviceId,
    initial_device_display_name: 'device',
  }),
  'POST /register': () => ({ username: 'somebody', auth: { type: 'm.login.dummy', session: 'x' }, device_id: 'D' }),
}

const sessionData = {
  first_message_index: 1,
  forwarded_count: 0,
  is_verified: false,
  session_data: { ciphertext: 'x' },
}

export function shortPath(endpoint: Endpoint): string {
  const [path = ''] = endpoint.paths
  return `${endpoint.method} ${path.replace(/^\/_matrix\/(client|media)\/(v[13]|unstable)/, '')}`
}

export function sampleBody(endpoint: Endpoint, known: Known): JsonValue | undefined {
  if (endpoint.body === undefined || endpoint.body === 'stream') return undefined
  return open[shortPath(endpoint)]?.(known) ?? sampleOf(endpoint.body as Schema, known)
}

interface Schema {
  readonly type?: string
  readonly const?: JsonValue
  readonly format?: string
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
}

function sampleOf(schema: Schema, known: Known, name = ''): JsonValue {
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf?.[0] !== undefined) return sampleOf(schema.anyOf[0], known, name)
  switch (schema.type) {
    case 'string':
      return sampleText(name, known)
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'array':
      return [sampleOf(schema.items ?? {}, known, name)]
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, member]) => [key, sampleOf(member, known, key)]),
      )
  }
}

/** By parameter or property. */
export function sampleText(name: string, known: Known): string {
  const texts: Readonly<Record<string, string>> = {
    userId: known.userId,
    user_id: known.userId,
    deviceId: known.deviceId,
    roomId: known.roomId,
    room_id: known.roomId,
    roomIdOrAlias: known.roomId,
    eventId: known.eventId,
    'm.read': known.eventId,
    'm.fully_read': known.eventId,
    'm.read.private': known.eventId,
    roomAlias: '#alias:example.org',
    mediaId: known.mediaId,
    serverName: 'example.org',
    receiptType: 'm.read',
    kind: 'content',
    version: '1',
    new_version: '11',
    keyName: 'displayname',
    dir: 'b',
    ts: '1',
    limit: '2',
  }
  return texts[name] ?? 'text'
}

/** Every text, number and key of a value, as one copy each with that place made hostile. */
export function* withOneHostile(value: JsonValue, hostile: JsonValue, path = ''): Generator<[string, JsonValue]> {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === typeof hostile) yield [path, hostile]
    return
  }
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries())
      for (const [where, changed] of withOneHostile(element, hostile, `${path}[${index}]`))
        yield [where, value.with(index, changed)]
    return
  }
  for (const [key, member] of Object.entries(value)) {
    for (const [where, changed] of withOneHostile(member ?? null, hostile, `${path}.${key}`))
      yield [where, { ...value, [key]: changed }]
    if (typeof hostile === 'string') yield [`${path}.${key} (key)`, { ...value, [hostile]: member ?? null }]
  }
  if (typeof hostile === 'string') yield [`${path}.(more)`, { ...value, more: hostile }]
}
