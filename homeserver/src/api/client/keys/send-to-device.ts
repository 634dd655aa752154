// PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}
// https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3sendtodeviceeventtypetxnid
import { tooLarge } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, dictionaryOf, JsonObjectBody } from '../../endpoint.ts'

const MAX_TARGETS = 1000

const Contents = dictionaryOf(JsonObjectBody)

export const sendToDevice = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/sendToDevice/:eventType/:txnId',
  auth: 'user',
  takesMany: 2 * 1024 * 1024,
  rateLimited: true,
  params: Type.Object({ eventType: Type.String({ maxLength: 255 }), txnId: Type.String({ maxLength: 255 }) }),
  body: Type.Object({ messages: dictionaryOf(Contents) }),
  async handle({ requester: { userId, deviceId }, params: { eventType, txnId }, body: { messages }, services }) {
    const targets = Object.values(messages).reduce((sum, devices) => sum + Object.keys(devices).length, 0)
    if (targets > MAX_TARGETS) throw tooLarge(`a request may address ${MAX_TARGETS} devices at most`)
    await services.toDevice.send({ sender: userId, senderDevice: deviceId ?? '', type: eventType, txnId, messages })
    return {}
  },
})
