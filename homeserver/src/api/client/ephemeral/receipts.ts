// POST /_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}, POST …/rooms/{roomId}/read_markers
// https://spec.matrix.org/v1.19/client-server-api/#receipts
import { invalidParam, isEventId, type EventId, type UserId } from '@pons/matrix'
import { Type } from 'typebox'
import type { Room } from '../../../rooms/room.ts'
import type { Services } from '../../../services/open-services.ts'
import { defineEndpoint, EventIdText, params, RoomIdText } from '../../endpoint.ts'

const Kind = Type.Union([Type.Literal('m.read'), Type.Literal('m.read.private'), Type.Literal('m.fully_read')])

export const sendReceipt = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/receipt/:receiptType/:eventId',
  auth: 'user',
  rateLimited: false,
  params: Type.Object({ roomId: RoomIdText, receiptType: Kind, eventId: EventIdText }),
  body: Type.Object({ thread_id: Type.Optional(Type.String()) }),
  async handle({ requester: { userId }, params: { roomId, receiptType: kind, eventId }, body, services }) {
    const { thread_id: threadId } = body
    if (threadId !== undefined && (kind === 'm.fully_read' || (threadId !== 'main' && !isEventId(threadId)))) {
      throw invalidParam('thread_id is not a thread, or of no use here')
    }
    const room = await services.rooms.get(roomId)
    if (kind === 'm.fully_read') await setFullyRead(services, room, userId, eventId)
    else await services.receipts.set(room, { userId, kind, eventId, threadId })
    return {}
  },
})

export const setReadMarkers = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/read_markers',
  auth: 'user',
  rateLimited: false,
  params: params({ roomId: RoomIdText }),
  body: Type.Object({
    'm.fully_read': Type.Optional(EventIdText),
    'm.read': Type.Optional(EventIdText),
    'm.read.private': Type.Optional(EventIdText),
  }),
  async handle({ requester: { userId }, params: { roomId }, body, services }) {
    const room = await services.rooms.get(roomId)
    for (const kind of ['m.read', 'm.read.private'] as const) {
      const eventId = body[kind]
      if (eventId !== undefined) await services.receipts.set(room, { userId, kind, eventId })
    }
    const fullyRead = body['m.fully_read']
    if (fullyRead !== undefined) await setFullyRead(services, room, userId, fullyRead)
    return {}
  },
})

/** The marker is account data: it may go back, as when somebody marks a message unread. */
async function setFullyRead(services: Services, room: Room, userId: UserId, eventId: EventId): Promise<void> {
  // Throws for who may not see the event.
  await services.reader.event(userId, room.roomId, eventId)
  await services.accountData.set({ userId, roomId: room.roomId, type: 'm.fully_read' }, { event_id: eventId })
}
