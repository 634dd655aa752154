// GET /_matrix/client/v1/media/config, GET /_matrix/media/v3/config
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediaconfig
import { defineEndpoint } from '../endpoint.ts'

export const mediaConfig = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/client/v1/media/config', '/_matrix/media/v3/config', '/_matrix/media/r0/config'],
  auth: 'user',
  handle: ({ services }) => ({ 'm.upload.size': services.config.media.max_upload_bytes }),
})
