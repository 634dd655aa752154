// PUT /_matrix/app/v1/transactions/{txnId}
// https://spec.matrix.org/v1.19/application-service-api/#put_matrixappv1transactionstxnid
import type { JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint } from './define-endpoint.ts'

/** Transactions hold up to 1 MiB of events from our own homeserver; others may send more. */
const maxBodyBytes = 64 * 1024 * 1024

export const putTransaction = defineEndpoint({
  method: 'PUT',
  path: ['/_matrix/app/v1/transactions/:txnId', '/transactions/:txnId'],
  auth: 'appservice',
  maxBodyBytes,
  body: Type.Object({ events: Type.Array(Type.Unknown()) }),
  async handle({ params, body, services }) {
    await services.transaction(params['txnId'] ?? '', body as unknown as JsonObject)
    return {}
  },
})
