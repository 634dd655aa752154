import { encodeBase64, encodeBase64Url, type EventId, type RoomVersion } from '@pons/matrix'

const HASH_BYTES = 32
const HASH_ID_LENGTH = 44
const encoder = new TextEncoder()

/** A hash id as its 32 bytes; the textual ids of room versions 1 and 2 as text, never 32 bytes long. */
export function encodeEventId(eventId: EventId): Uint8Array {
  if (eventId.length === HASH_ID_LENGTH) {
    // Node reads both alphabets. What is not the only spelling of its bytes is text: two ids must never meet.
    const hash = Buffer.from(eventId.slice(1), 'base64url')
    if (hash.length === HASH_BYTES && isSpellingOf(eventId.slice(1), hash)) return hash
  }
  const text = encoder.encode(eventId)
  return text.length === HASH_BYTES ? encoder.encode(`${eventId}\0`) : text
}

export function decodeEventId(bytes: Uint8Array, version: Pick<RoomVersion, 'eventIds'>): EventId {
  if (bytes.length !== HASH_BYTES)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/\0$/, '') as EventId
  return `$${version.eventIds === 'base64' ? encodeBase64(bytes) : encodeBase64Url(bytes)}` as EventId
}

function isSpellingOf(text: string, hash: Buffer): boolean {
  return hash.toString('base64url') === text || hash.toString('base64').slice(0, -1) === text
}
