// GET /_matrix/client/v3/rooms/{roomId}/messages   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
import { checkedBody } from '@pons/http'
import { parseJson, type JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import { messages } from '../../../rooms/pagination.ts'
import { parseTimelineToken } from '../../../rooms/timeline-token.ts'
import type { RoomEventFilter } from '../../../event/filter.ts'
import { parseRoomEventFilter } from '../../../event/parse-filter.ts'
import { defineEndpoint, params, RoomIdText, Text } from '../../endpoint.ts'
import { RoomEventFilterSchema } from '../sync/filter-schema.ts'

const DEFAULT_LIMIT = 10

export const getMessages = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/messages',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  query: Type.Object({
    dir: Type.Union([Type.Literal('b'), Type.Literal('f')]),
    from: Type.Optional(Text),
    to: Type.Optional(Text),
    limit: Type.Optional(Type.Integer({ minimum: 0 })),
    filter: Type.Optional(Text),
  }),
  handle({ requester, params: { roomId }, query, services }) {
    const filter = filterOf(query.filter)
    const { reader, stores } = services
    return messages(
      { reader, stores, viewer: requester, roomId, filter },
      {
        from: query.from === undefined ? undefined : parseTimelineToken(query.from),
        to: query.to === undefined ? undefined : parseTimelineToken(query.to),
        direction: query.dir === 'f' ? 'forward' : 'backward',
        limit: Math.max(1, query.limit ?? filter.limit ?? DEFAULT_LIMIT),
      },
    )
  },
})

/** @throws MatrixError M_NOT_JSON, M_BAD_JSON */
export function filterOf(text: string | undefined): RoomEventFilter {
  const json = text === undefined ? {} : parseJson(text)
  return parseRoomEventFilter(checkedBody(RoomEventFilterSchema, json) as JsonObject)
}
