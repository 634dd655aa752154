// GET /_matrix/client/v3/devices[/{deviceId}], PUT, DELETE …/{deviceId}, POST /_matrix/client/v3/delete_devices
// https://spec.matrix.org/v1.19/client-server-api/#device-management
import { HttpResponse } from '@pons/http'
import { notFound, parseDeviceId, type JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import type { Device } from '../../../storage/device-store.ts'
import { askPassword, AuthBody } from '../../interactive-auth.ts'
import { defineEndpoint, params, Text } from '../../endpoint.ts'

const deviceParams = params({ deviceId: Text })
const one = '/_matrix/client/v3/devices/:deviceId'
const maxNameLength = 100

export const listDevices = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/devices',
  auth: 'user',
  handle: async ({ requester, services }) => ({
    devices: (await services.sessions.devices(requester.userId)).map(deviceBody),
  }),
})

export const getDevice = defineEndpoint({
  method: 'GET',
  path: one,
  auth: 'user',
  params: deviceParams,
  async handle({ requester, params: { deviceId }, services }) {
    const device = await services.sessions.device(requester.userId, deviceId)
    if (!device) throw notFound('No such device')
    return deviceBody(device)
  },
})

/** Application services make devices of their users in this way, without a log-in (MSC4190). */
export const setDevice = defineEndpoint({
  method: 'PUT',
  path: one,
  auth: 'user',
  params: deviceParams,
  body: Type.Object({ display_name: Type.Optional(Type.String({ maxLength: maxNameLength })) }),
  async handle({ requester, params: { deviceId }, body, services }) {
    const owner = { userId: requester.userId, deviceId: parseDeviceId(deviceId) }
    if (requester.appservice && (await services.sessions.createDevice(owner, body.display_name))) {
      return new HttpResponse(201, {})
    }
    if (!(await services.sessions.exists(owner.userId, deviceId))) throw notFound('No such device')
    if (body.display_name !== undefined) await services.sessions.rename(owner, body.display_name)
    return {}
  },
})

export const deleteDevice = defineEndpoint({
  method: 'DELETE',
  path: one,
  auth: 'user',
  params: deviceParams,
  body: Type.Object({ auth: AuthBody }),
  async handle({ requester, params: { deviceId }, body, services, request }) {
    if (!requester.appservice) {
      const challenge = await askPassword(services, requester, request, body.auth)
      if (challenge) return challenge
    }
    await services.sessions.delete(requester.userId, [parseDeviceId(deviceId)])
    return {}
  },
})

export const deleteDevices = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/delete_devices',
  auth: 'user',
  body: Type.Object({ devices: Type.Array(Type.String(), { maxItems: 1000 }), auth: AuthBody }),
  async handle({ requester, body, services, request }) {
    if (!requester.appservice) {
      const challenge = await askPassword(services, requester, request, body.auth)
      if (challenge) return challenge
    }
    await services.sessions.delete(requester.userId, body.devices.map(parseDeviceId))
    return {}
  },
})

function deviceBody({ deviceId, displayName, lastSeenTs, lastSeenIp }: Device): JsonObject {
  return {
    device_id: deviceId,
    // Some clients look for the key without looking whether it is there.
    display_name: displayName ?? null,
    ...(lastSeenTs !== undefined && { last_seen_ts: lastSeenTs }),
    ...(lastSeenIp !== undefined && { last_seen_ip: lastSeenIp }),
  }
}
