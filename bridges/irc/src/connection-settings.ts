import { localpartOf, type JsonObject, type UserId } from '@pons/matrix'
import { portOf } from './address/port-of.ts'
import type { NetworkConfig } from './config.ts'
import type { IrcNetwork } from './network.ts'
import type { ReconnectOptions } from './protocol/connection.ts'
import { toNick } from './protocol/nick-choice.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'

/** What a login stores; see `login.ts`. */
export interface LoginMetadata {
  readonly network: string
  readonly nick: string
  readonly username?: string
  readonly auth: 'none' | 'sasl' | 'nickserv' | 'server'
  readonly account?: string
  readonly password?: string
}

export function readMetadata(stored: JsonObject): LoginMetadata {
  const text = (key: string): string | undefined => (typeof stored[key] === 'string' ? stored[key] : undefined)
  const auth = text('auth')
  const username = text('username')
  const account = text('account')
  const password = text('password')
  return {
    network: text('network') ?? '',
    nick: text('nick') ?? '',
    auth: auth === 'sasl' || auth === 'nickserv' || auth === 'server' ? auth : 'none',
    ...(username !== undefined && { username }),
    ...(account !== undefined && { account }),
    ...(password !== undefined && { password }),
  }
}

/** How the relay of a network connects. */
export function relaySettings(network: IrcNetwork): ConnectionSettings {
  const { settings, parts } = network
  const nick = settings.nick ?? parts.config.relay_nick
  const { sasl, nickserv_password: nickServPassword } = settings
  return {
    ...commonSettings(network),
    nick,
    username: settings.username ?? (toNick(nick, 10).toLowerCase() || 'pons'),
    realName: settings.real_name ?? 'Bridge between IRC and Matrix',
    ...(sasl?.mechanism === 'EXTERNAL' && { sasl: { mechanism: 'EXTERNAL' as const } }),
    ...(sasl?.mechanism === 'PLAIN' && {
      sasl: { mechanism: 'PLAIN' as const, account: sasl.account ?? nick, password: sasl.password ?? '' },
    }),
    ...(nickServPassword !== undefined && {
      nickServ: { service: settings.nickserv, password: nickServPassword, waitMs: parts.config.identify_wait_ms },
    }),
  }
}

/** How a person's own connection is made. */
export function loginSettings(
  network: IrcNetwork,
  owner: UserId,
  login: LoginMetadata,
  nick = login.nick,
): ConnectionSettings {
  const { settings, parts } = network
  const account = login.account === undefined || login.account === '' ? login.nick : login.account
  const password = login.password ?? ''
  const { serverPassword, ...common } = commonSettings(network)
  const passwordOfServer = login.auth === 'server' ? password : serverPassword
  return {
    ...common,
    nick,
    username: login.username ?? (toNick(localpartOf(owner), 10).toLowerCase() || 'matrix'),
    realName: owner,
    ...(passwordOfServer !== undefined && { serverPassword: passwordOfServer }),
    ...(login.auth === 'sasl' && { sasl: { mechanism: 'PLAIN' as const, account, password } }),
    ...(login.auth === 'nickserv' && {
      nickServ: { service: settings.nickserv, account, password, waitMs: parts.config.identify_wait_ms },
    }),
  }
}

function commonSettings(network: IrcNetwork): Omit<ConnectionSettings, 'nick' | 'username' | 'realName'> {
  const { settings, parts } = network
  const { config } = parts
  return {
    address: {
      host: settings.address,
      port: portOf(settings.tls, settings.port),
      security: settings.tls,
      egress: network.egress,
      ...(settings.ca !== undefined && { ca: settings.ca }),
      ...(settings.client_certificate && { clientCertificate: settings.client_certificate }),
    },
    flood: floodLimits(settings),
    connectTimeoutMs: config.connect_timeout_ms,
    pingIntervalMs: config.ping_interval_ms,
    pingTimeoutMs: config.ping_timeout_ms,
    regainIntervalMs: config.regain_interval_ms,
    ...(settings.password !== undefined && { serverPassword: settings.password }),
  }
}

function floodLimits({ flood }: NetworkConfig): ConnectionSettings['flood'] {
  return {
    burstLines: flood.burst_lines,
    linesPerSecond: flood.lines_per_second,
    burstBytes: flood.burst_bytes,
    bytesPerSecond: flood.bytes_per_second,
  }
}

export function reconnectOptions({ parts, isConfigured }: IrcNetwork): ReconnectOptions {
  const { reconnect } = parts.config
  return {
    firstMs: reconnect.first_ms,
    longestMs: reconnect.longest_ms,
    throttledMs: reconnect.throttled_ms,
    refusedMs: reconnect.refused_ms,
    stableMs: reconnect.stable_ms,
    // What the operator configured is tried for ever.
    ...(!isConfigured && { giveUpMs: reconnect.give_up_ms }),
  }
}
