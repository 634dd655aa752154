import { BridgeError } from '@pons/core'

export type Security = 'tls' | 'tls-insecure' | 'plain'

export interface ServerAddress {
  readonly host: string
  readonly port: number | undefined
  readonly security: Security | undefined
}

/** Reads `host`, `host:port`, `[v6]:port`, and `ircs://host:port`. @throws BridgeError in words for the person */
export function parseAddress(text: string): ServerAddress {
  const match = /^(?:(ircs?):\/\/)?(\[[0-9a-f:.]+\]|[^\s:/[\]]+)(?::(\+?)(\d{1,5}))?\/?$/i.exec(text.trim())
  const port = match?.[4] === undefined ? undefined : Number(match[4])
  if (!match || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new BridgeError(`“${text}” is no server address. Write it as irc.example.org or irc.example.org:6697.`)
  }
  const scheme = match[1]?.toLowerCase()
  const security = scheme === 'ircs' || match[3] === '+' ? 'tls' : scheme === 'irc' ? 'plain' : undefined
  return {
    host: (match[2] ?? '').replaceAll(/[[\]]/g, ''),
    port,
    security: security ?? securityOfPort(port) ?? securityOfHost(match[2] ?? ''),
  }
}

// On this machine there is nobody to listen in.
function securityOfHost(host: string): Security | undefined {
  return /^(?:127\.[0-9.]+|localhost|\[::1\])$/i.test(host) ? 'plain' : undefined
}

function securityOfPort(port: number | undefined): Security | undefined {
  if (port === 6697) return 'tls'
  return port === 6667 ? 'plain' : undefined
}
