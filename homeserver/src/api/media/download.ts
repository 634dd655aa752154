// GET /_matrix/client/v1/media/{download|thumbnail}/…, and the deprecated /_matrix/media/v3 paths
// https://spec.matrix.org/v1.19/client-server-api/#content-repository
import { HttpResponse } from '@pons/http'
import { Type, type Static } from 'typebox'
import type { Download } from '../../media/media.ts'
import type { Services } from '../../services.ts'
import { defineEndpoint, params } from '../endpoint.ts'

const MediaParams = params({
  serverName: Type.String(),
  mediaId: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
  fileName: Type.Optional(Type.String()),
})
const MediaQuery = Type.Object({ timeout_ms: Type.Optional(Type.Integer({ minimum: 0 })) })

/** Types that a browser may show in place; anything else is a download. */
const inlineTypes = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
])
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
  return new HttpResponse(200, media.bytes, headersOf(media, asked.fileName ?? media.fileName))
}

/** What an upload contains was chosen by a stranger: it is never let run in the origin of the server. */
function headersOf(media: Download, fileName: string | undefined): Record<string, string> {
  const type = media.contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const isInline = inlineTypes.has(type)
  const name =
    fileName === undefined ? '' : `; filename*=utf-8''${encodeURIComponent(fileName).replace(/['()*]/g, percent)}`
  return {
    'content-type': isPrintable(media.contentType) ? media.contentType : 'application/octet-stream',
    'content-length': String(media.sizeBytes),
    'content-disposition': (isInline ? 'inline' : 'attachment') + name,
    'content-security-policy':
      "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=31536000, immutable',
  }
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text)
}
