import { encodeBase64Url } from '../base64.ts'
import type { Crypto } from '../crypto.ts'
import { badJson } from '../error.ts'
import type { EventId, RoomId, ServerName } from '../ids.ts'
import { canonicalJson, CanonicalPart } from '../json/canonical.ts'
import type { RoomVersion } from '../room-versions.ts'
import { eventIdFromHash, roomIdOfCreate } from './hash.ts'
import type { UnhashedPdu } from './hash.ts'
import { checkEventSize } from './limits.ts'
import { referencedId } from './pdu.ts'
import type { EventDraft, EventReference, Pdu } from './pdu.ts'
import { hashAndSignEvent } from './sign.ts'

export interface BuildOptions {
  readonly version: RoomVersion
  readonly draft: EventDraft
  /** Ids; in room versions 1 and 2 `[id, { sha256 }]` is kept too, and a bare id is sent without its hash. */
  readonly prevEvents: readonly EventReference[]
  /** Chosen by `authStateKeys`. */
  readonly authEvents: readonly EventReference[]
  readonly depth: number
  readonly crypto: Crypto
  /** `ed25519:` and the key's own name. */
  readonly keyId: string
  /** The server that signs; in room versions 1 and 2 also the server in the event id. */
  readonly origin: ServerName
}

export interface BuiltEvent {
  readonly pdu: Pdu
  readonly eventId: EventId
  /** The draft's room, or the room that a create event of version 12 has just made. */
  readonly roomId: RoomId
  /** The canonical JSON of `pdu` without `unsigned`, ready to be stored or sent. */
  readonly json: string
}

/**
 * Completes, hashes and signs an event of this server. Nothing is authorised here.
 *
 * @throws MatrixError M_BAD_JSON when the content has no canonical form, M_TOO_LARGE when it is over the limits
 */
export function buildEvent(options: BuildOptions): BuiltEvent {
  const { version, crypto } = options
  const bare = unhashedPdu(options)
  const strictness = { strict: version.strictCanonicalJson }
  // The content is nearly all of a large event, and stands in each of its forms: it is sorted and written once.
  const content = new CanonicalPart(bare.content, strictness)
  const unhashed = withServerId(bare, content, options)
  const { pdu: signed, bytes } = hashAndSignEvent(unhashed, version, options, content)

  const json = canonicalJson({ ...signed, content }, strictness)
  checkEventSize(signed, json)
  const eventId = signed.event_id ?? eventIdFromHash(crypto.sha256(bytes), version)
  const { unsigned } = options.draft
  return {
    pdu: unsigned === undefined ? signed : { ...signed, unsigned },
    eventId,
    roomId: signed.room_id ?? roomIdOfCreate(eventId),
    json,
  }
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
function withServerId(
  pdu: UnhashedPdu,
  content: CanonicalPart,
  { version, crypto, origin }: BuildOptions,
): UnhashedPdu {
  if (version.eventIds !== 'server') return pdu
  const opaque = encodeBase64Url(
    crypto.sha256(new TextEncoder().encode(canonicalJson({ ...pdu, content }, { strict: false }))),
  )
  return { ...pdu, event_id: `$${opaque}:${origin}` as EventId }
}
