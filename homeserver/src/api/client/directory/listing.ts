// GET, PUT /_matrix/client/v3/directory/list/room/{roomId}   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3directorylistroomroomid
// PUT, DELETE /_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}   https://spec.matrix.org/v1.19/application-service-api/#put_matrixclientv3directorylistappservicenetworkidroomid
import { forbidden } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, params, RoomIdText, Text } from '../../endpoint.ts'
import type { Requester } from '../../requester.ts'

const Visibility = Type.Union([Type.Literal('public'), Type.Literal('private')])

export const getListing = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/directory/list/room/:roomId',
  auth: 'none',
  params: params({ roomId: RoomIdText }),
  async handle({ params: { roomId }, services }) {
    return { visibility: (await services.roomDirectory.isPublished(roomId)) ? 'public' : 'private' }
  },
})

export const setListing = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/directory/list/room/:roomId',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  body: Type.Object({ visibility: Type.Optional(Visibility) }),
  async handle({ requester, params: { roomId }, body, services }) {
    await services.roomDirectory.setPublished(roomId, requester, body.visibility !== 'private')
    return {}
  },
})

const appservicePath = '/_matrix/client/v3/directory/list/appservice/:networkId/:roomId'
const appserviceParams = params({ networkId: Text, roomId: RoomIdText })

export const setAppserviceListing = defineEndpoint({
  method: 'PUT',
  path: appservicePath,
  auth: 'appservice',
  params: appserviceParams,
  body: Type.Object({ visibility: Visibility }),
  async handle({ requester, params: { networkId, roomId }, body, services }) {
    const isPublic = body.visibility === 'public'
    await services.roomDirectory.setPublishedOn(roomId, appserviceOf(requester), networkId, isPublic)
    return {}
  },
})

export const unsetAppserviceListing = defineEndpoint({
  method: 'DELETE',
  path: appservicePath,
  auth: 'appservice',
  params: appserviceParams,
  async handle({ requester, params: { networkId, roomId }, services }) {
    await services.roomDirectory.setPublishedOn(roomId, appserviceOf(requester), networkId, false)
    return {}
  },
})

function appserviceOf({ appservice }: Requester): string {
  if (!appservice) throw forbidden('Only application services may do this')
  return appservice.id
}
