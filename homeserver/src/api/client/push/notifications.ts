// GET /_matrix/client/v3/notifications
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3notifications
import { invalidParam } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint } from '../../endpoint.ts'

const defaultLimit = 20
const maxLimit = 100

export const listNotifications = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/notifications',
  auth: 'user',
  query: Type.Object({
    from: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
    only: Type.Optional(Type.String()),
  }),
  async handle({ requester, query, services }) {
    const { from, limit = defaultLimit, only } = query
    if (from !== undefined && !/^\d{1,9}$/.test(from)) throw invalidParam('from is not a token of this server')
    const { list, next } = await services.notifications.list(requester.userId, {
      before: from === undefined ? undefined : Number(from),
      limit: Math.min(limit, maxLimit),
      onlyHighlights: only === 'highlight',
    })
    const events = await services.reader.present(
      list.map(({ event }) => event),
      requester,
    )
    return {
      ...(next !== undefined && { next_token: String(next) }),
      notifications: list.map(({ event, actions, isRead }, index) => ({
        actions,
        event: events[index],
        read: isRead,
        room_id: event.roomId,
        ts: event.originServerTs,
      })),
    }
  },
})
