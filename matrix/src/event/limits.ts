import { tooLarge } from '../error.ts'
import { maxIdBytes, utf8Length } from '../ids.ts'
import { canonicalJson } from '../json/canonical.ts'
import type { Pdu } from './pdu.ts'

/** Of the canonical JSON in federation format, signatures included. */
export const maxEventBytes = 65_536
export const maxPrevEvents = 20
export const maxAuthEvents = 10

const limitedFields = ['sender', 'room_id', 'state_key', 'type', 'event_id'] as const

/** An event's canonical JSON, as far as it is written. */
interface WrittenEvent {
  readonly json: string
  /** Of members that it lacks yet. */
  readonly bytesToCome: number
}

/**
 * Size limits on events: https://spec.matrix.org/v1.19/client-server-api/#size-limits. Lengths are bytes of UTF-8.
 *
 * @throws MatrixError M_TOO_LARGE
 */
export function checkEventSize(pdu: Pdu, written: WrittenEvent = { json: countedJson(pdu), bytesToCome: 0 }): void {
  for (const field of limitedFields) checkFieldSize(field, pdu[field])
  const { json, bytesToCome } = written
  // No unit of UTF-16 takes more than three bytes, and hardly any event is long enough to be counted.
  if (json.length * 3 + bytesToCome <= maxEventBytes) return
  const bytes = utf8Length(json) + bytesToCome
  if (bytes > maxEventBytes) throw tooLarge(`event has ${bytes} bytes, more than ${maxEventBytes}`)
}

function countedJson({ unsigned: _unsigned, ...counted }: Pdu): string {
  return canonicalJson(counted, { strict: false })
}

function checkFieldSize(field: string, text: string | undefined): void {
  if (text === undefined || (text.length <= maxIdBytes && utf8Length(text) <= maxIdBytes)) return
  throw tooLarge(`${field} is longer than ${maxIdBytes} bytes`)
}
