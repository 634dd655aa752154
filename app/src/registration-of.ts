import type { NetworkInfo } from '@pons/core'
import type { ServerName } from '@pons/matrix'
import { generateRegistration, type Registration } from '@pons/registration'

/** Name of the registration through which bridges act as the server's own users; no network is called so. */
export const doublePuppets = 'double-puppet'

/** The registration of a network's bridge, with fresh tokens. `url` is where the homeserver pushes; undefined: nowhere. */
export function registrationOf(network: NetworkInfo, serverName: ServerName, url?: string): Registration {
  const server = escapePattern(serverName)
  return generateRegistration({
    id: `pons-${network.id}`,
    senderLocalpart: network.botLocalpart,
    users: [{ regex: `@${network.ghostPrefix}.*:${server}`, exclusive: true }],
    aliases: [{ regex: `#${network.aliasPrefix}.*:${server}`, exclusive: true }],
    protocols: network.protocols,
    ...(url !== undefined && { url, managesDevices: true }),
  })
}

/** Lets bridges act as the server's own users, so that what people write elsewhere appears as theirs; nothing is pushed to it. */
export function doublePuppetRegistrationOf(serverName: ServerName): Registration {
  return generateRegistration({
    id: `pons-${doublePuppets}`,
    senderLocalpart: `pons-${doublePuppets}`,
    users: [{ regex: `@.*:${escapePattern(serverName)}`, exclusive: false }],
    receivesEphemeral: false,
  })
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
