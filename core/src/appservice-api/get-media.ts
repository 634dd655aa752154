// GET /_pons/media/{serverName}/{mediaId}/{until}/{signature}/{fileName}, for people on the network, who have no account.
import { notFound } from '@pons/matrix'
import { Type } from 'typebox'
import { mediaPath } from '../matrix-side/media-links.ts'
import { defineEndpoint } from './define-endpoint.ts'

const path = `${mediaPath}/:serverName/:mediaId/:until/:signature`

export const getMedia = defineEndpoint({
  method: 'GET',
  path: [path, `${path}/:fileName`],
  auth: 'none',
  params: Type.Object({
    serverName: Type.String(),
    mediaId: Type.String(),
    until: Type.String(),
    signature: Type.String(),
    fileName: Type.Optional(Type.String()),
  }),
  async handle({ params, services }) {
    if (services.media === undefined) throw notFound('media are handed out elsewhere')
    return await services.media(params)
  },
})
