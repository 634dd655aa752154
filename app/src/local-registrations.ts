import type { NetworkInfo } from '@pons/core'
import type { Homeserver } from '@pons/homeserver'
import type { ServerName } from '@pons/matrix'
import { generateRegistration, type Registration } from '@pons/registration'

const doublePuppetId = 'pons-double-puppet'

/**
 * The registration of a bridge in this process: made at its first start, kept by the homeserver, so there is no file and
 * no token to copy.
 */
export function bridgeRegistration(homeserver: Homeserver, network: NetworkInfo, serverName: ServerName): Registration {
  const id = `pons-${network.id}`
  const server = escapePattern(serverName)
  const fresh = generateRegistration({
    id,
    senderLocalpart: network.botLocalpart,
    users: [{ regex: `@${network.ghostPrefix}.*:${server}`, exclusive: true }],
    aliases: [{ regex: `#${network.aliasPrefix}.*:${server}`, exclusive: true }],
    protocols: network.protocols,
  })
  return withStoredTokens(homeserver, fresh)
}

/** Lets bridges act as the server's own users, so that what people write elsewhere appears as theirs; nothing is pushed to it. */
export function doublePuppetRegistration(homeserver: Homeserver, serverName: ServerName): Registration {
  const fresh = generateRegistration({
    id: doublePuppetId,
    senderLocalpart: 'pons-double-puppet',
    users: [{ regex: `@.*:${escapePattern(serverName)}`, exclusive: false }],
    receivesEphemeral: false,
  })
  return withStoredTokens(homeserver, fresh)
}

function withStoredTokens(homeserver: Homeserver, fresh: Registration): Registration {
  const stored = homeserver.appservices.byId(fresh.id)?.registration
  return stored === undefined ? fresh : { ...fresh, as_token: stored.as_token, hs_token: stored.hs_token }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
