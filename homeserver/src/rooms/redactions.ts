import { forbidden, notFound, type EventId, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { EventStore } from '../storage/event-store.ts'
import { mayRedact } from './redaction.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { Timeline } from './timeline.ts'

export interface RedactionRequest {
  readonly requester: {
    readonly userId: UserId
    readonly deviceId: string | undefined
    readonly originServerTs: number | undefined
  }
  readonly roomId: RoomId
  readonly redacts: EventId
  readonly content: JsonObject
  /** With the kind of endpoint in front. */
  /** Without one a repeated request redacts again. */
  readonly txnId: string | undefined
}

/** Takes back what was said. */
export class Redactions {
  readonly #timeline: Timeline
  readonly #events: EventStore

  constructor(timeline: Timeline, events: EventStore) {
    this.#timeline = timeline
    this.#events = events
  }

  /** @throws MatrixError M_NOT_FOUND for an event that is not in the room, M_FORBIDDEN */
  redact({ requester, roomId, redacts, content, txnId }: RedactionRequest): Promise<RoomEvent> {
    return this.#timeline.write(async (writer) => {
      const room = await writer.room(roomId)
      const draft = {
        type: 'm.room.redaction',
        sender: requester.userId,
        content,
        redacts,
        originServerTs: requester.originServerTs,
        ...(txnId !== undefined && { txn: { device: requester.deviceId ?? '', txnId } }),
      }
      const target = await this.#events.byId(redacts, writer.tx)
      if (!target || target.roomNid !== room.nid) throw notFound('Event not found')
      if (!mayRedact(room, { sender: requester.userId }, target)) throw forbidden('You may not redact this event')
      return writer.append(room, draft)
    })
  }
}
