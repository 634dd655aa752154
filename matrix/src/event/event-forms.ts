import type { EventId } from '../ids.ts'
import { canonicalJson } from '../json/canonical.ts'
import type { RoomVersion } from '../room-versions.ts'
import type { UnhashedPdu } from './hash.ts'
import { redactContent } from './redact.ts'

interface Members {
  /** Opens the object; its content follows. */
  readonly head: string
  readonly content: string
  /** What redaction leaves of it. */
  readonly keptContent: string
  readonly depth: string
  /** origin_server_ts and prev_events. */
  readonly times: string
  readonly redacts: string
  /** room_id and sender. */
  readonly place: string
  /** state_key and type; closes the object. */
  readonly end: string
}

/**
 * The canonical JSON of an event that is being made here, in the forms that its two hashes ask for. They
 * differ in few members, so each member is sorted and written once, and the forms are put together in the order of the keys:
 * auth_events, content, depth, event_id, hashes, origin_server_ts, prev_events, redacts, room_id, sender, state_key, type.
 */
export class EventForms {
  readonly #members: Members
  #id = ''

  /** @throws MatrixError M_BAD_JSON for what has no canonical form */
  constructor(pdu: Omit<UnhashedPdu, 'event_id'>, version: RoomVersion) {
    this.#members = membersOf(pdu, version)
  }

  /** Room versions 1 and 2 name an event by themselves; before its first form is asked for with the name in it. */
  name(eventId: EventId): void {
    this.#id = `,"event_id":${canonicalJson(eventId)}`
  }

  /** What the content hash is taken over: neither hash nor signatures. */
  unhashed(): string {
    const { head, content, depth, times, redacts, place, end } = this.#members
    return head + content + depth + this.#id + times + redacts + place + end
  }

  /** What is signed, and what the reference hash is taken over: redacted, without signatures. */
  redacted(hash: string): string {
    const { head, keptContent, depth, times, place, end } = this.#members
    return head + keptContent + depth + this.#id + hashes(hash) + times + place + end
  }
}

function hashes(hash: string): string {
  return `,"hashes":{"sha256":"${hash}"}`
}

function membersOf(pdu: Omit<UnhashedPdu, 'event_id'>, version: RoomVersion): Members {
  const written = (value: unknown): string => canonicalJson(value, { strict: version.strictCanonicalJson })
  const member = (key: string, value: unknown): string => (value === undefined ? '' : `,"${key}":${written(value)}`)
  const content = written(pdu.content)
  const kept = redactContent(pdu.type, pdu.content, version)
  return {
    head: `{"auth_events":${written(pdu.auth_events)},"content":`,
    content,
    keptContent: kept === pdu.content ? content : written(kept),
    depth: member('depth', pdu.depth),
    times: member('origin_server_ts', pdu.origin_server_ts) + member('prev_events', pdu.prev_events),
    redacts: member('redacts', pdu.redacts),
    place: member('room_id', pdu.room_id) + member('sender', pdu.sender),
    end: `${member('state_key', pdu.state_key)}${member('type', pdu.type)}}`,
  }
}
