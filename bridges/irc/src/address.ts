import { BridgeError } from '@pons/core'
import { isChannelName, networkNamePattern } from './ids.ts'

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

export function portOf(security: Security, port: number | undefined): number {
  return port ?? (security === 'plain' ? 6667 : 6697)
}

/** A short name for a network nobody named: `libera` of `irc.libera.chat`. */
export function nameOfAddress(host: string): string {
  const labels = host
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '' && label !== 'irc' && label !== 'chat')
  const isNumeric = /^[0-9.:]+$/.test(host)
  const name = (isNumeric ? host : (labels.at(labels.length > 1 ? -2 : 0) ?? host))
    .replaceAll(/[^a-z0-9-]/gi, '-')
    .toLowerCase()
    .slice(0, 32)
  return networkNamePattern.test(name) ? name : 'irc'
}

// On this machine there is nobody to listen in.
function securityOfHost(host: string): Security | undefined {
  return /^(?:127\.[0-9.]+|localhost|\[::1\])$/i.test(host) ? 'plain' : undefined
}

/** Where a person wants to go, as they typed it. */
export interface ChatWish {
  /** A network's name, or an address. */
  readonly network: string | undefined
  /** A channel or a nick. */
  readonly name: string
  readonly key: string | undefined
}

/**
 * Reads `#channel`, `libera/#channel`, `libera #channel`, `irc.example.org:6667/#channel`, `nick` and `libera nick`; a
 * word after a channel is its key.
 */
export function parseChatWish(identifier: string): ChatWish {
  const words = identifier
    .trim()
    .replace(/^ircs?:\/\/(?=.)/i, (scheme) => scheme.toLowerCase())
    .split(/\s+/)
  const [first = '', second, third] = words
  const slash = /^((?:ircs?:\/\/)?[^/#&]+)\/(.+)$/.exec(first)
  const [, network = '', target = ''] = slash ?? []
  if (slash && /^ircs?:/.test(network)) return wishOfUrl(network, target, second)
  if (slash) return { network, name: target, key: second }
  if (isChannelName(first)) return { network: undefined, name: first, key: second }
  if (second !== undefined) return { network: first, name: second, key: third }
  return { network: undefined, name: first, key: undefined }
}

/**
 * `irc://host/channel`, whose sign may be left out or escaped, with flags behind commas and a key behind a question mark
 * (draft-butcher-irc-url-04).
 */
function wishOfUrl(network: string, target: string, said: string | undefined): ChatWish {
  const [, entity = '', flags = '', query = ''] = /^([^,?]*)((?:,[^?]*)?)(?:\?(.*))?$/.exec(target) ?? []
  const name = unescaped(entity)
  const key = said ?? unescaped(query.replace(/^key=/, ''))
  const isNick = /,is(?:nick|user)(?:,|$)/.test(flags)
  return { network, name: isNick || isChannelName(name) ? name : `#${name}`, key: key === '' ? undefined : key }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function securityOfPort(port: number | undefined): Security | undefined {
  if (port === 6697) return 'tls'
  return port === 6667 ? 'plain' : undefined
}

/** Refuses what no server would take as a channel or a nick, before it can do harm in a line. */
export function checkTarget(name: string): void {
  if (name !== '' && !/[\s,:\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 200) return
  throw new BridgeError(`“${name}” is neither a channel nor a nick.`)
}
