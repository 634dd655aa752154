// POST /_matrix/client/v3/keys/device_signing/upload, POST …/keys/signatures/upload
// https://spec.matrix.org/v1.19/client-server-api/#cross-signing
import type { JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import type { CrossSigningUpload } from '../../../devices/cross-signing.ts'
import { askPassword, AuthBody } from '../../interactive-auth.ts'
import { defineEndpoint, JsonObjectBody } from '../../endpoint.ts'

const Key = Type.Optional(Type.Unsafe<JsonObject>(Type.Object({})))

export const uploadCrossSigningKeys = defineEndpoint({
  method: 'POST',
  path: ['/_matrix/client/v3/keys/device_signing/upload', '/_matrix/client/unstable/keys/device_signing/upload'],
  auth: 'user',
  rateLimited: true,
  body: Type.Object({ master_key: Key, self_signing_key: Key, user_signing_key: Key, auth: AuthBody }),
  async handle({ requester, body, services, request }) {
    const upload: CrossSigningUpload = {
      ...(body.master_key && { master: body.master_key }),
      ...(body.self_signing_key && { self_signing: body.self_signing_key }),
      ...(body.user_signing_key && { user_signing: body.user_signing_key }),
    }
    // First keys replace nothing that anybody could have verified.
    if (!requester.appservice && (await services.crossSigning.replaces(requester.userId, upload))) {
      const challenge = await askPassword(services, requester, request, body.auth)
      if (challenge) return challenge
    }
    await services.crossSigning.upload(requester.userId, upload)
    return {}
  },
})

export const uploadSignatures = defineEndpoint({
  method: 'POST',
  path: ['/_matrix/client/v3/keys/signatures/upload', '/_matrix/client/unstable/keys/signatures/upload'],
  auth: 'user',
  rateLimited: true,
  body: JsonObjectBody,
  handle: ({ requester, body, services }) => services.crossSigning.addSignatures(requester.userId, body),
})
