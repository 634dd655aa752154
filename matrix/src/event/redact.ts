import { isJsonObject } from '../json-value.ts'
import type { JsonObject, JsonValue } from '../json-value.ts'
import type { RoomVersion } from '../room-versions.ts'
import type { Pdu } from './pdu.ts'

const keptAlways = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
] as const
const keptBefore11 = [...keptAlways, 'prev_state', 'origin', 'membership'] as const

const powerLevelKeys = [
  'ban',
  'events',
  'events_default',
  'kick',
  'redact',
  'state_default',
  'users',
  'users_default',
] as const

/** The content keys that survive, by event type; one table per version that changed the algorithm. */
const contentV1 = {
  'm.room.member': ['membership'],
  'm.room.create': ['creator'],
  'm.room.join_rules': ['join_rule'],
  'm.room.power_levels': powerLevelKeys,
  'm.room.aliases': ['aliases'],
  'm.room.history_visibility': ['history_visibility'],
} as const
const { 'm.room.aliases': _aliases, ...contentV6 } = contentV1
const contentV8 = { ...contentV6, 'm.room.join_rules': ['join_rule', 'allow'] } as const
const contentV9 = { ...contentV8, 'm.room.member': ['membership', 'join_authorised_via_users_server'] } as const
const contentV11 = {
  ...contentV9,
  'm.room.power_levels': [...powerLevelKeys, 'invite'],
  'm.room.redaction': ['redacts'],
} as const

type ContentTable = Readonly<Record<string, readonly string[]>>

const contentTables: Readonly<Record<RoomVersion['redaction'], ContentTable>> = {
  1: contentV1,
  6: contentV6,
  8: contentV8,
  9: contentV9,
  11: contentV11,
}

/**
 * Strips an event to what its room version protects: https://spec.matrix.org/v1.19/client-server-api/#redactions.
 * `unsigned` goes too; whoever serves the event adds `redacted_because` there. The input is left alone.
 */
export function redact(pdu: Pdu, version: RoomVersion): Pdu {
  const source = pdu as unknown as Record<string, JsonValue | undefined>
  const kept = version.redaction >= 11 ? keptAlways : keptBefore11
  const members = kept.map((key) => [key, source[key]] as const).filter(([, value]) => value !== undefined)
  const redacted = { content: redactContent(pdu.type, pdu.content, version), ...Object.fromEntries(members) }
  return redacted as unknown as Pdu
}

/** The content an event of this type keeps when redacted. */
export function redactContent(type: string, content: JsonObject, version: RoomVersion): JsonObject {
  if (version.redaction >= 11 && type === 'm.room.create') return content
  const table = contentTables[version.redaction]
  if (!Object.hasOwn(table, type)) return {}
  const keys = table[type]!.filter((key) => Object.hasOwn(content, key))
  const kept: JsonObject = Object.fromEntries(keys.map((key) => [key, content[key]!]))
  if (version.redaction >= 11 && type === 'm.room.member') keepSignedInvite(content, kept)
  return kept
}

function keepSignedInvite(content: JsonObject, kept: JsonObject): void {
  const invite = Object.hasOwn(content, 'third_party_invite') ? content['third_party_invite'] : undefined
  if (!isJsonObject(invite)) return
  kept['third_party_invite'] = Object.hasOwn(invite, 'signed') ? { signed: invite['signed']! } : {}
}
