import { encodeBase64, encodeBase64Url } from '../base64.ts'
import type { Crypto } from '../crypto.ts'
import { badJson } from '../error.ts'
import type { EventId, RoomId, ServerName } from '../ids.ts'
import type { RoomVersion } from '../room-versions.ts'
import { EventForms } from './event-forms.ts'
import { eventIdFromHash, roomIdOfCreate } from './hash.ts'
import type { UnhashedPdu } from './hash.ts'
import { checkEventSize } from './limits.ts'
import { referencedId } from './pdu.ts'
import type { EventDraft, EventReference, Pdu } from './pdu.ts'

const HASH_AND_SIGNATURE =
  `,"hashes":{"sha256":"${encodeBase64(new Uint8Array(32))}"}` +
  `,"signatures":{"":{"":"${encodeBase64(new Uint8Array(64))}"}}`

export interface BuildOptions {
  readonly version: RoomVersion
  readonly draft: EventDraft
  /** Ids; in room versions 1 and 2 `[id, { sha256 }]` is kept too, and a bare id is sent without its hash. */
  readonly prevEvents: readonly EventReference[]
  /** Chosen by `authStateKeys`. */
  readonly authEvents: readonly EventReference[]
  readonly depth: number
  readonly crypto: Pick<Crypto, 'sha256'>
  /** With which the event will be signed: `ed25519:` and the key's own name. */
  readonly keyId: string
  /** The server that will sign; in room versions 1 and 2 also the server in the event id. */
  readonly origin: ServerName
}

export interface BuiltEvent {
  /** Not signed yet: see `signEvent`. */
  readonly pdu: Pdu
  readonly eventId: EventId
  /** The draft's room, or the room that a create event of version 12 has just made. */
  readonly roomId: RoomId
  /** The 32 bytes that `pdu.hashes` writes in base64. */
  readonly contentHash: Uint8Array
}

/**
 * Completes, hashes and names an event of this server. Nothing is authorised here, and nothing signed: neither the event's id
 * nor what clients see of it depends on the signature, which is made when the event leaves for another server.
 *
 * @throws MatrixError M_BAD_JSON when the content has no canonical form, M_TOO_LARGE when it, signed, is over the limits
 */
export function buildEvent(options: BuildOptions): BuiltEvent {
  const { version, crypto } = options
  const bare = unhashedPdu(options)
  const forms = new EventForms(bare, version)
  const unhashed = version.eventIds === 'server' ? withServerId(bare, forms, options) : bare
  const hashed = forms.unhashed()
  const contentHash = crypto.sha256(hashed)
  const hash = encodeBase64(contentHash)
  const pdu: Pdu = { ...unhashed, hashes: { sha256: hash }, signatures: {} }
  checkEventSize(pdu, { json: hashed, bytesToCome: hashAndSignatureBytes(options) })
  const eventId = pdu.event_id ?? eventIdFromHash(crypto.sha256(forms.redacted(hash)), version)
  const { unsigned } = options.draft
  return {
    pdu: unsigned === undefined ? pdu : { ...pdu, unsigned },
    eventId,
    roomId: pdu.room_id ?? roomIdOfCreate(eventId),
    contentHash,
  }
}

/** What the canonical JSON grows by; nothing in a server's name or a key's has to be escaped. */
function hashAndSignatureBytes({ origin, keyId }: BuildOptions): number {
  return HASH_AND_SIGNATURE.length + origin.length + keyId.length
}

function unhashedPdu({ version, draft, prevEvents, authEvents, depth }: BuildOptions): UnhashedPdu {
  const isRoomMaker = version.roomIdIsCreateHash && draft.type === 'm.room.create'
  if (draft.room_id === undefined && !isRoomMaker) throw badJson('event has no room_id')
  return {
    auth_events: authEvents.map((reference) => referenceIn(version, reference)),
    content: contentIn(version, draft),
    depth,
    origin_server_ts: draft.origin_server_ts,
    prev_events: prevEvents.map((reference) => referenceIn(version, reference)),
    ...(draft.redacts !== undefined && !version.redactsInContent && { redacts: draft.redacts }),
    ...(draft.room_id !== undefined && !isRoomMaker && { room_id: draft.room_id }),
    sender: draft.sender,
    ...(draft.state_key !== undefined && { state_key: draft.state_key }),
    type: draft.type,
  }
}

function contentIn(version: RoomVersion, draft: EventDraft): EventDraft['content'] {
  if (draft.redacts === undefined || !version.redactsInContent) return draft.content
  return { ...draft.content, redacts: draft.redacts }
}

function referenceIn(version: RoomVersion, reference: EventReference): EventReference {
  if (version.eventIds !== 'server') return referencedId(reference)
  return typeof reference === 'string' ? [reference, {}] : reference
}

/**
 * The id of room versions 1 and 2 is the server's free choice: a hash of the event keeps this function pure, and two
 * events alike in parents, sender and time are one event.
 */
function withServerId(pdu: UnhashedPdu, forms: EventForms, { crypto, origin }: BuildOptions): UnhashedPdu {
  const opaque = encodeBase64Url(crypto.sha256(forms.unhashed()))
  const eventId = `$${opaque}:${origin}` as EventId
  forms.name(eventId)
  return { ...pdu, event_id: eventId }
}
