// POST /_matrix/media/v3/upload, POST /_matrix/media/v1/create, PUT /_matrix/media/v3/upload/{serverName}/{mediaId}
// https://spec.matrix.org/v1.19/client-server-api/#content-repository
import { limitedStream } from '@pons/http'
import { notFound } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, params } from '../endpoint.ts'

const FileName = Type.Object({ filename: Type.Optional(Type.String({ maxLength: 1024 })) })
/** The router's bound; the configured limit is the smaller one. */
const routerMaxBytes = Number.MAX_SAFE_INTEGER

export const upload = defineEndpoint({
  method: 'POST',
  path: ['/_matrix/media/v3/upload', '/_matrix/media/r0/upload', '/_matrix/media/v1/upload'],
  auth: 'user',
  rateLimited: true,
  query: FileName,
  body: 'stream',
  maxBodyBytes: routerMaxBytes,
  async handle({ requester, query, request, stream, services }) {
    const uri = await services.media.upload(requester.userId, {
      contentType: request.headers['content-type'],
      fileName: query.filename,
      bytes: limitedStream(stream, services.config.media.max_upload_bytes),
    })
    return { content_uri: uri }
  },
})

export const createMedia = defineEndpoint({
  method: 'POST',
  path: '/_matrix/media/v1/create',
  auth: 'user',
  rateLimited: true,
  async handle({ requester, services }) {
    const { uri, expiresMs } = await services.media.reserve(requester.userId)
    return { content_uri: uri, unused_expires_at: expiresMs }
  },
})

export const uploadReserved = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/media/v3/upload/:serverName/:mediaId',
  auth: 'user',
  // The reservation counted.
  rateLimited: false,
  params: params({ serverName: Type.String(), mediaId: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }) }),
  query: FileName,
  body: 'stream',
  maxBodyBytes: routerMaxBytes,
  async handle({ requester, params: { serverName, mediaId }, query, request, stream, services }) {
    if (serverName !== services.serverName) throw notFound('this server has no such media id')
    await services.media.uploadReserved(requester.userId, mediaId, {
      contentType: request.headers['content-type'],
      fileName: query.filename,
      bytes: limitedStream(stream, services.config.media.max_upload_bytes),
    })
    return {}
  },
})
