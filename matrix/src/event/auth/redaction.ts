import { forbidden } from '../../error.ts'
import { isEventId, serverNameOf } from '../../ids.ts'
import type { EventId } from '../../ids.ts'
import type { RoomVersion } from '../../room-versions.ts'
import type { AuthEvent, AuthState } from '../pdu.ts'
import { levelSource, namedLevel, userLevel } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

/** Room versions 1 and 2 only; see {@link checkRedaction} for the later ones. */
export function authorizeRedaction(event: EventToAuthorize, levels: LevelSource): void {
  if (userLevel(levels, event.sender) >= namedLevel(levels, 'redact')) return
  // The id of an event that is still being built will be of the sender's server.
  const server = event.event_id === undefined ? serverNameOf(event.sender) : serverNameOf(event.event_id)
  const isOwn = isEventId(event.redacts) && server !== undefined && serverNameOf(event.redacts) === server
  if (!isOwn) reject('m.room.redaction', "it takes the redact level to redact another server's event")
}

/** The event a redaction points to, wherever the room version keeps that. */
export function redactedEventId(
  event: Pick<EventToAuthorize, 'content' | 'redacts'>,
  version: RoomVersion,
): EventId | undefined {
  const id = version.redactsInContent ? event.content['redacts'] : event.redacts
  return isEventId(id) ? id : undefined
}

/**
 * Whether an accepted redaction takes effect on its target; it waits while the target is unknown. Servers redact what
 * their own users sent, others need the redact level; the create event is never redacted.
 * https://spec.matrix.org/v1.19/rooms/v12/#handling-redactions
 *
 * @throws MatrixError M_FORBIDDEN
 */
export function checkRedaction(redaction: AuthEvent, target: AuthEvent, state: AuthState): void {
  if (target.type === 'm.room.create') throw forbidden('m.room.redaction: the create event cannot be redacted')
  if (redaction.room_id !== target.room_id) throw forbidden('m.room.redaction: the event is of another room')
  if (serverNameOf(redaction.sender) === serverNameOf(target.sender)) return
  const levels = levelSource(state)
  if (userLevel(levels, redaction.sender) < namedLevel(levels, 'redact')) {
    throw forbidden('m.room.redaction: it takes the redact level')
  }
}
