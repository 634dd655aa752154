// POST /_matrix/client/v1/appservice/{appserviceId}/ping   https://spec.matrix.org/v1.19/application-service-api/#post_matrixclientv1appserviceappserviceidping
import { Type } from 'typebox'
import { pingService } from '../../../appservices/ping.ts'
import { defineEndpoint, params, Text } from '../../endpoint.ts'

export const pingAppservice = defineEndpoint({
  method: 'POST',
  path: [
    '/_matrix/client/v1/appservice/:appserviceId/ping',
    '/_matrix/client/unstable/fi.mau.msc2659/appservice/:appserviceId/ping',
  ],
  auth: 'appservice',
  params: params({ appserviceId: Text }),
  body: Type.Object({ transaction_id: Type.Optional(Text) }),
  async handle({ requester, params: { appserviceId }, body, services }) {
    const durationMs = await pingService(services.appserviceQueues, {
      id: appserviceId,
      by: requester.appservice,
      transactionId: body.transaction_id,
    })
    return { duration_ms: durationMs }
  },
})
