// GET /_matrix/client/v3/pushers, POST /_matrix/client/v3/pushers/set
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers
import { invalidParam, missingParam, type JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint } from '../../endpoint.ts'

const needed = ['app_display_name', 'device_display_name', 'lang', 'data'] as const

export const listPushers = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushers',
  auth: 'user',
  handle: async ({ requester, services }) => ({ pushers: await services.pushers.of(requester.userId) }),
})

export const setPusher = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/pushers/set',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    pushkey: Type.String({ minLength: 1, maxLength: 512 }),
    app_id: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Union([Type.String(), Type.Null()]),
    app_display_name: Type.Optional(Type.String({ maxLength: 1000 })),
    device_display_name: Type.Optional(Type.String({ maxLength: 1000 })),
    profile_tag: Type.Optional(Type.String({ maxLength: 1000 })),
    lang: Type.Optional(Type.String({ maxLength: 100 })),
    data: Type.Optional(Type.Unsafe<JsonObject>(Type.Object({}))),
    append: Type.Optional(Type.Boolean()),
  }),
  async handle({ requester: { userId, deviceId = '' }, body, services }) {
    const { pushkey, app_id: appId, kind, append = false, profile_tag: profileTag } = body
    if (kind === null) {
      await services.pushers.remove({ userId, appId, pushkey })
      return {}
    }
    if (kind !== 'http') throw invalidParam('this server knows pushers of kind http only')
    for (const name of needed) if (body[name] === undefined) throw missingParam(`missing parameter ${name}`)
    checkUrl(body.data?.['url'])
    const content: JsonObject = {
      pushkey,
      kind,
      app_id: appId,
      ...(profileTag !== undefined && { profile_tag: profileTag }),
      ...Object.fromEntries(needed.map((name) => [name, body[name] ?? ''])),
    }
    await services.pushers.set({ userId, appId, pushkey, deviceId, content }, append)
    return {}
  },
})

function checkUrl(url: unknown): void {
  if (typeof url !== 'string') throw missingParam('missing parameter data.url')
  const parsed = URL.parse(url)
  if (parsed?.protocol !== 'https:' || parsed.pathname !== '/_matrix/push/v1/notify') {
    throw invalidParam('data.url must be https, with the path /_matrix/push/v1/notify')
  }
}
