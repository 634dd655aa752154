// GET /_matrix/client/v1/rooms/{roomId}/timestamp_to_event   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidtimestamp_to_event
import { notFound } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, params, RoomIdText } from '../../endpoint.ts'

export const getEventAtTime = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/timestamp_to_event',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  query: Type.Object({ ts: Type.Integer(), dir: Type.Union([Type.Literal('b'), Type.Literal('f')]) }),
  async handle({ requester, params: { roomId }, query, services }) {
    const { room } = await services.reader.access(requester.userId, roomId)
    const direction = query.dir === 'f' ? 'forward' : 'backward'
    const event = await services.stores.events.closestInTime(room.nid, query.ts, direction)
    const [visible] = event ? await services.reader.visible(room, requester.userId, [event]) : []
    if (!visible) throw notFound('No event at that time')
    return { event_id: visible.eventId, origin_server_ts: visible.originServerTs }
  },
})
