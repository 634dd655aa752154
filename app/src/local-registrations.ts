import type { NetworkInfo } from '@pons/core'
import type { Homeserver } from '@pons/homeserver'
import type { ServerName } from '@pons/matrix'
import type { Registration } from '@pons/registration'
import { doublePuppetRegistrationOf, registrationOf } from './registration-of.ts'

/**
 * The registration of a bridge in this process: made at its first start, kept by the homeserver, so there is no file and
 * no token to copy.
 */
export function bridgeRegistration(homeserver: Homeserver, network: NetworkInfo, serverName: ServerName): Registration {
  return withStoredTokens(homeserver, registrationOf(network, serverName))
}

export function doublePuppetRegistration(homeserver: Homeserver, serverName: ServerName): Registration {
  return withStoredTokens(homeserver, doublePuppetRegistrationOf(serverName))
}

function withStoredTokens(homeserver: Homeserver, fresh: Registration): Registration {
  const stored = homeserver.appservices.byId(fresh.id)?.registration
  return stored === undefined ? fresh : { ...fresh, as_token: stored.as_token, hs_token: stored.hs_token }
}
