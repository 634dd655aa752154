import { badJson } from '../error.ts'
import { isEventId, isRoomId, isUserId } from '../ids.ts'
import { checkCanonical } from '../json/canonical.ts'
import { isJsonObject } from '../json-value.ts'
import type { JsonValue } from '../json-value.ts'
import type { RoomVersion } from '../room-versions.ts'
import { checkEventSize, maxAuthEvents, maxPrevEvents } from './limits.ts'
import type { Pdu } from './pdu.ts'

/**
 * Checks that JSON from another server has the event format of a room version, so that everything after may rely on the
 * type. Unknown members are kept: hashes cover them.
 * https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu, step 1
 *
 * @throws MatrixError M_BAD_JSON, or M_TOO_LARGE beyond the size limits
 */
export function parsePdu(value: JsonValue, version: RoomVersion): Pdu {
  if (!isJsonObject(value)) throw badJson('event is not an object')
  checkCanonical(value, version.strictCanonicalJson)
  requireThat(typeof value['type'] === 'string', 'type')
  requireThat(isUserId(value['sender']), 'sender')
  requireThat(isJsonObject(value['content']), 'content')
  requireThat(value['state_key'] === undefined || typeof value['state_key'] === 'string', 'state_key')
  requireThat(value['unsigned'] === undefined || isJsonObject(value['unsigned']), 'unsigned')
  requireThat(value['redacts'] === undefined || version.redactsInContent || isEventId(value['redacts']), 'redacts')
  requireThat(isTimestamp(value['origin_server_ts']), 'origin_server_ts')
  requireThat(isDepth(value['depth']), 'depth')
  checkIds(value, version)
  checkReferences(value['prev_events'], 'prev_events', maxPrevEvents, version)
  checkReferences(value['auth_events'], 'auth_events', maxAuthEvents, version)
  checkProofs(value)
  const pdu = value as unknown as Pdu
  checkEventSize(pdu)
  return pdu
}

function checkIds(value: Record<string, JsonValue>, version: RoomVersion): void {
  const isRoomMaker = version.roomIdIsCreateHash && value['type'] === 'm.room.create'
  requireThat(isRoomMaker ? value['room_id'] === undefined : isRoomId(value['room_id']), 'room_id')
  if (version.eventIds === 'server') requireThat(isServerEventId(value['event_id']), 'event_id')
}

function isServerEventId(id: JsonValue | undefined): boolean {
  return isEventId(id) && id.includes(':')
}

function checkReferences(value: JsonValue | undefined, field: string, max: number, version: RoomVersion): void {
  if (!Array.isArray(value)) throw badJson(`event has no proper ${field}`)
  if (value.length > max) throw badJson(`event has more than ${max} ${field}`)
  const isReference = version.eventIds === 'server' ? isHashedReference : isEventId
  requireThat(value.every(isReference), field)
}

function isHashedReference(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 2 && isEventId(value[0]) && isJsonObject(value[1])
}

function checkProofs(value: Record<string, JsonValue>): void {
  const { hashes, signatures } = value
  requireThat(isJsonObject(hashes) && typeof hashes['sha256'] === 'string', 'hashes')
  const isSigned = isJsonObject(signatures) && Object.values(signatures).every(isSignatureSet)
  requireThat(isSigned, 'signatures')
}

function isSignatureSet(value: JsonValue): boolean {
  return isJsonObject(value) && Object.values(value).every((signature) => typeof signature === 'string')
}

/** Up to 2^63-1 by the specification; beyond 2^53-1 a number is imprecise here, as it is in most servers. */
function isDepth(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function isTimestamp(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function requireThat(condition: boolean, field: string): asserts condition {
  if (!condition) throw badJson(`event has no proper ${field}`)
}
