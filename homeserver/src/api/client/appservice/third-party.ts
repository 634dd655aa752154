// GET /_matrix/client/v3/thirdparty/…   https://spec.matrix.org/v1.19/client-server-api/#third-party-lookups
import { ownValue, notFound } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, params, RoomAliasText, Text, UserIdText } from '../../endpoint.ts'

const base = '/_matrix/client/v3/thirdparty'
const protocolParams = params({ protocol: Text })

export const getProtocols = defineEndpoint({
  method: 'GET',
  path: `${base}/protocols`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  handle: ({ services }) => services.appserviceQueries.protocols(undefined),
})

export const getProtocol = defineEndpoint({
  method: 'GET',
  path: `${base}/protocol/:protocol`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  params: protocolParams,
  async handle({ params: { protocol }, services }) {
    const found = ownValue(await services.appserviceQueries.protocols(protocol), protocol)
    if (!found) throw notFound('Unknown protocol')
    return found
  },
})

export const getLocations = defineEndpoint({
  method: 'GET',
  path: `${base}/location/:protocol`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  params: protocolParams,
  async handle({ params: { protocol }, request, services }) {
    return joined(
      await services.appserviceQueries.thirdParty(protocol, lookupPath('location', protocol, request.query)),
    )
  },
})

export const getUsers = defineEndpoint({
  method: 'GET',
  path: `${base}/user/:protocol`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  params: protocolParams,
  async handle({ params: { protocol }, request, services }) {
    return joined(await services.appserviceQueries.thirdParty(protocol, lookupPath('user', protocol, request.query)))
  },
})

export const getLocationsByAlias = defineEndpoint({
  method: 'GET',
  path: `${base}/location`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  query: Type.Object({ alias: RoomAliasText }),
  async handle({ query: { alias }, services }) {
    const path = `/_matrix/app/v1/thirdparty/location?alias=${encodeURIComponent(alias)}`
    return joined(await services.appserviceQueries.thirdParty(undefined, path))
  },
})

export const getUsersById = defineEndpoint({
  method: 'GET',
  path: `${base}/user`,
  auth: 'user',
  // Services are asked.
  rateLimited: true,
  query: Type.Object({ userid: UserIdText }),
  async handle({ query: { userid }, services }) {
    const path = `/_matrix/app/v1/thirdparty/user?userid=${encodeURIComponent(userid)}`
    return joined(await services.appserviceQueries.thirdParty(undefined, path))
  },
})

/** The fields of the search go on as they came, the requester's token does not. */
function lookupPath(kind: 'location' | 'user', protocol: string, query: URLSearchParams): string {
  const fields = new URLSearchParams(query)
  for (const name of ['access_token', 'user_id', 'device_id', 'ts']) fields.delete(name)
  return `/_matrix/app/v1/thirdparty/${kind}/${encodeURIComponent(protocol)}?${fields.toString()}`
}

/** Each service answers a list; what is none is left out. */
function joined(answers: readonly unknown[]): unknown[] {
  return answers.flatMap((answer) => (Array.isArray(answer) ? (answer as unknown[]) : []))
}
