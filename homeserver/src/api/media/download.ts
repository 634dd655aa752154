// GET /_matrix/client/v1/media/{download|thumbnail}/…, and the deprecated /_matrix/media/v3 paths
// https://spec.matrix.org/v1.19/client-server-api/#content-repository
import { HttpResponse, mediaHeaders } from '@pons/http'
import { Type, type Static } from 'typebox'
import type { Services } from '../../services/open-services.ts'
import { defineEndpoint, params } from '../endpoint.ts'

const MediaParams = params({
  serverName: Type.String(),
  mediaId: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
  fileName: Type.Optional(Type.String()),
})
const MediaQuery = Type.Object({ timeout_ms: Type.Optional(Type.Integer({ minimum: 0 })) })

const defaultTimeoutMs = 20_000
const maxTimeoutMs = 60_000

export const download = defineEndpoint({
  method: 'GET',
  path: [
    '/_matrix/client/v1/media/download/:serverName/:mediaId',
    '/_matrix/client/v1/media/download/:serverName/:mediaId/:fileName',
  ],
  auth: 'user',
  params: MediaParams,
  query: MediaQuery,
  handle: ({ params: asked, query, services }) => serve(services, asked, query.timeout_ms),
})

/** Without a token: people on the networks follow these links. */
export const legacyDownload = defineEndpoint({
  method: 'GET',
  path: ['v3', 'r0', 'v1'].flatMap((version) => [
    `/_matrix/media/${version}/download/:serverName/:mediaId`,
    `/_matrix/media/${version}/download/:serverName/:mediaId/:fileName`,
  ]),
  auth: 'none',
  params: MediaParams,
  query: MediaQuery,
  handle: ({ params: asked, query, services }) => serve(services, asked, query.timeout_ms),
})

/** The original: the specification lets a server answer with a picture larger than was asked for. */
export const thumbnail = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/thumbnail/:serverName/:mediaId',
  auth: 'user',
  params: MediaParams,
  query: MediaQuery,
  handle: ({ params: asked, query, services }) => serve(services, asked, query.timeout_ms),
})

export const legacyThumbnail = defineEndpoint({
  method: 'GET',
  path: ['v3', 'r0', 'v1'].map((version) => `/_matrix/media/${version}/thumbnail/:serverName/:mediaId`),
  auth: 'none',
  params: MediaParams,
  query: MediaQuery,
  handle: ({ params: asked, query, services }) => serve(services, asked, query.timeout_ms),
})

async function serve(
  services: Services,
  asked: Static<typeof MediaParams>,
  timeoutMs = defaultTimeoutMs,
): Promise<HttpResponse> {
  const media = await services.media.download(asked.serverName, asked.mediaId, Math.min(timeoutMs, maxTimeoutMs))
  return new HttpResponse(200, media.bytes, mediaHeaders({ ...media, fileName: asked.fileName ?? media.fileName }))
}
