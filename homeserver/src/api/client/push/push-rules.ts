// GET /_matrix/client/v3/pushrules/[global/], GET, PUT, DELETE …/pushrules/global/{kind}/{ruleId}[/enabled|/actions]
// https://spec.matrix.org/v1.19/client-server-api/#push-rules-api
import { type JsonObject, type JsonValue } from '@pons/matrix'
import { Type } from 'typebox'
import { ruleKinds } from '../../../push/ruleset.ts'
import { defineEndpoint } from '../../endpoint.ts'

const base = '/_matrix/client/v3/pushrules'
const one = `${base}/global/:kind/:ruleId`
const ruleParams = Type.Object({ kind: Type.Union(ruleKinds.map((kind) => Type.Literal(kind))), ruleId: Type.String() })
const Actions = Type.Unsafe<JsonValue[]>(Type.Array(Type.Unknown(), { maxItems: 100 }))

export const getPushRules = defineEndpoint({
  method: 'GET',
  path: [base, `${base}/`],
  auth: 'user',
  handle: async ({ requester, services }) => ({ global: await services.pushRules.of(requester.userId) }),
})

export const getGlobalPushRules = defineEndpoint({
  method: 'GET',
  path: [`${base}/global`, `${base}/global/`],
  auth: 'user',
  handle: ({ requester, services }) => services.pushRules.of(requester.userId),
})

export const getPushRule = defineEndpoint({
  method: 'GET',
  path: one,
  auth: 'user',
  params: ruleParams,
  handle: ({ requester, params: { kind, ruleId }, services }) =>
    services.pushRules.rule(requester.userId, kind, ruleId),
})

export const setPushRule = defineEndpoint({
  method: 'PUT',
  path: one,
  auth: 'user',
  rateLimited: true,
  params: ruleParams,
  query: Type.Object({ before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) }),
  body: Type.Object({
    actions: Actions,
    conditions: Type.Optional(Type.Unsafe<JsonObject[]>(Type.Array(Type.Object({}), { maxItems: 100 }))),
    pattern: Type.Optional(Type.String({ maxLength: 512 })),
  }),
  async handle({ requester, params: { kind, ruleId }, query, body, services }) {
    const { actions, conditions, pattern } = body
    const { before, after } = query
    await services.pushRules.set(requester.userId, kind, ruleId, { actions, conditions, pattern, before, after })
    return {}
  },
})

export const deletePushRule = defineEndpoint({
  method: 'DELETE',
  path: one,
  auth: 'user',
  params: ruleParams,
  async handle({ requester, params: { kind, ruleId }, services }) {
    await services.pushRules.remove(requester.userId, kind, ruleId)
    return {}
  },
})

export const getPushRuleEnabled = defineEndpoint({
  method: 'GET',
  path: `${one}/enabled`,
  auth: 'user',
  params: ruleParams,
  async handle({ requester, params: { kind, ruleId }, services }) {
    return { enabled: (await services.pushRules.rule(requester.userId, kind, ruleId)).enabled }
  },
})

export const setPushRuleEnabled = defineEndpoint({
  method: 'PUT',
  path: `${one}/enabled`,
  auth: 'user',
  params: ruleParams,
  body: Type.Object({ enabled: Type.Boolean() }),
  async handle({ requester, params: { kind, ruleId }, body: { enabled }, services }) {
    await services.pushRules.adjust(requester.userId, kind, ruleId, { enabled })
    return {}
  },
})

export const getPushRuleActions = defineEndpoint({
  method: 'GET',
  path: `${one}/actions`,
  auth: 'user',
  params: ruleParams,
  async handle({ requester, params: { kind, ruleId }, services }) {
    return { actions: (await services.pushRules.rule(requester.userId, kind, ruleId)).actions }
  },
})

export const setPushRuleActions = defineEndpoint({
  method: 'PUT',
  path: `${one}/actions`,
  auth: 'user',
  params: ruleParams,
  body: Type.Object({ actions: Actions }),
  async handle({ requester, params: { kind, ruleId }, body: { actions }, services }) {
    await services.pushRules.adjust(requester.userId, kind, ruleId, { actions })
    return {}
  },
})
