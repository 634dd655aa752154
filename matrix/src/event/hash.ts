import { encodeBase64, encodeBase64Url } from '../base64.ts'
import type { Crypto } from '../crypto.ts'
import { badJson } from '../error.ts'
import { isEventId } from '../ids.ts'
import type { EventId, RoomId } from '../ids.ts'
import { canonicalJson } from '../json/canonical.ts'
import type { RoomVersion } from '../room-versions.ts'
import type { Pdu } from './pdu.ts'
import { redact } from './redact.ts'

const encoder = new TextEncoder()
type Sha256 = Pick<Crypto, 'sha256'>

/** What the content hash is taken over; also an event that has no hash or signature yet. */
export type UnhashedPdu = Omit<Pdu, 'hashes' | 'signatures'> & Partial<Pick<Pdu, 'hashes' | 'signatures'>>

/** SHA-256 over the whole event but `hashes`, `signatures` and `unsigned`, as `hashes.sha256` carries it. */
export function contentHash(pdu: UnhashedPdu, version: RoomVersion, crypto: Sha256): string {
  const { hashes: _hashes, signatures: _signatures, unsigned: _unsigned, ...hashed } = pdu
  return encodeBase64(crypto.sha256(canonicalBytes(hashed, version)))
}

/** True when the event is as its author hashed it. If not, only its redacted form may be used. */
export function hasValidContentHash(pdu: Pdu, version: RoomVersion, crypto: Sha256): boolean {
  return pdu.hashes.sha256 === contentHash(pdu, version, crypto)
}

/** SHA-256 over the redacted event without signatures: what the id is made of since room version 3. */
export function referenceHash(pdu: Pdu, version: RoomVersion, crypto: Sha256): Uint8Array {
  return crypto.sha256(redactedBytes(pdu, version))
}

/** The bytes that both the event's signatures and its reference hash cover. */
export function redactedBytes(pdu: Pdu, version: RoomVersion): Uint8Array {
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = redact(pdu, version)
  return canonicalBytes(signed, version)
}

/** @throws MatrixError M_BAD_JSON when an event of room version 1 or 2 carries no usable id */
export function eventIdOf(pdu: Pdu, version: RoomVersion, crypto: Sha256): EventId {
  if (version.eventIds !== 'server') return eventIdFromHash(referenceHash(pdu, version, crypto), version)
  if (!isEventId(pdu.event_id)) throw badJson('event has no event_id')
  return pdu.event_id
}

/** The event id of room version 3 and later for a reference hash. */
export function eventIdFromHash(hash: Uint8Array, version: RoomVersion): EventId {
  return `$${version.eventIds === 'base64' ? encodeBase64(hash) : encodeBase64Url(hash)}` as EventId
}

/** The id of a room of version 12 or later. */
export function roomIdOfCreate(createEventId: EventId): RoomId {
  return `!${createEventId.slice(1)}` as RoomId
}

function canonicalBytes(value: object, version: RoomVersion): Uint8Array {
  return encoder.encode(canonicalJson(value, { strict: version.strictCanonicalJson }))
}
