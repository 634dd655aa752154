// GET /_matrix/client/v3/account/whoami   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3accountwhoami
import { defineEndpoint } from '../../endpoint.ts'

export const whoAmI = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/account/whoami',
  auth: 'user',
  handle: ({ requester: { userId, deviceId, isGuest } }) => ({
    user_id: userId,
    is_guest: isGuest,
    ...(deviceId !== undefined && { device_id: deviceId, 'org.matrix.msc3202.device_id': deviceId }),
  }),
})
