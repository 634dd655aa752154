// GET /_matrix/client/v3/account/3pid   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3account3pid
import { defineEndpoint } from '../../endpoint.ts'

/** Mail addresses and phone numbers are not supported, so nobody has one. */
export const listThirdPartyIds = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/account/3pid',
  auth: 'user',
  handle: () => ({ threepids: [] }),
})
