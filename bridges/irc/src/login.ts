import {
  BridgeError,
  connectionWords,
  type LoginAnswers,
  type LoginFlow,
  type LoginProcess,
  type LoginResult,
  type LoginStep,
} from '@pons/core'
import { localpartOf, type UserId } from '@pons/matrix'
import type { Security } from './address/parse-address.ts'
import { loginSettings, type LoginMetadata } from './connection-settings.ts'
import { loginIdOf } from './ids.ts'
import type { IrcNetwork } from './network.ts'
import type { Asker, Networks } from './networks.ts'
import { toNick } from './protocol/nick-choice.ts'
import type { SessionEnd } from './protocol/session-end.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'
import { Session } from './protocol/session.ts'

export const loginFlows: readonly LoginFlow[] = [
  {
    id: 'own-nick',
    name: 'Own nick',
    description: 'Your own connection to an IRC network: you are seen there under your own nick.',
  },
]

const methods = ['none', 'sasl', 'nickserv', 'server']

/** Asks for the network and the nick, and tries the connection before it is kept. */
export async function* runLogin(
  networks: Networks,
  asker: Asker,
  signal: AbortSignal,
  forget: (network: IrcNetwork) => Promise<void>,
): LoginProcess {
  const before = new Set(networks.all())
  let added: IrcNetwork | undefined
  try {
    const result = yield* askAndTry(networks, asker, signal, (network) => {
      if (!before.has(network)) added = network
    })
    added = undefined
    return result
  } finally {
    // A server that did not let them in, or a login that was given up, leaves no network behind.
    if (added !== undefined) await forget(added)
  }
}

async function* askAndTry(
  networks: Networks,
  asker: Asker,
  signal: AbortSignal,
  onChosen: (network: IrcNetwork) => void,
): LoginProcess {
  const { userId } = asker
  const names = networks.visibleTo(asker).map(({ name }) => name)
  const [onlyName] = names
  const where = yield {
    kind: 'input',
    instructions:
      names.length === 0 ? 'Which server?' : `Which network? Known are ${names.join(', ')}; an address adds another.`,
    fields: [
      {
        id: 'network',
        name: 'Network name or server address (irc.example.org:6697)',
        type: 'text',
        ...(names.length === 1 && onlyName !== undefined && { fallback: onlyName }),
      },
    ],
  }
  const network = yield* chooseNetwork(networks, where['network'] ?? '', asker)
  onChosen(network)
  const suggestion = toNick(localpartOf(userId))
  const who = yield {
    kind: 'input',
    instructions: `Who are you on ${network.displayName}?`,
    fields: [
      { id: 'nick', name: 'Nick', type: 'text', ...(suggestion !== '' && { fallback: suggestion }) },
      {
        id: 'auth',
        name: 'Password is for (none, sasl, nickserv, server)',
        type: 'text',
        fallback: 'none',
        description: 'sasl and nickserv: your account on the network; server: the server asks everybody for it',
      },
    ],
  }
  const nick = (who['nick'] ?? '').trim()
  if (nick === '' || toNick(nick) !== nick) throw new BridgeError(`“${nick}” cannot be a nick on IRC.`)
  const auth = (who['auth'] ?? 'none').trim().toLowerCase()
  if (!methods.includes(auth)) throw new BridgeError(`“${auth}” is none of ${methods.join(', ')}.`)
  let metadata: LoginMetadata = { network: network.name, nick, auth: auth as LoginMetadata['auth'] }
  if (auth !== 'none') {
    const secret = yield {
      kind: 'input',
      instructions: 'The password is kept by the bridge, and said to the network only.',
      fields: [
        ...(auth === 'server' ? [] : [{ id: 'account', name: 'Account', type: 'text' as const, fallback: nick }]),
        { id: 'password', name: 'Password', type: 'password' },
      ],
    }
    const account = secret['account']?.trim()
    metadata = { ...metadata, password: secret['password'] ?? '', ...(account && { account }) }
  }
  const mayKnow = asker.isAdmin || network.owner === undefined
  await tryConnection({ network, mayKnow, signal }, loginSettings(network, userId, metadata))
  return resultOf(network, userId, metadata)
}

async function* chooseNetwork(
  networks: Networks,
  text: string,
  asker: Asker,
): AsyncGenerator<LoginStep, IrcNetwork, LoginAnswers> {
  const known = networks.find(text.trim().toLowerCase(), asker)
  if (known) return known
  networks.requireMayAdd(asker)
  const more = yield {
    kind: 'input',
    instructions: 'How is this network reached?',
    fields: [
      { id: 'name', name: 'A short name for it (a-z, 0-9, -)', type: 'text' },
      { id: 'tls', name: 'Encryption (tls, tls-insecure, plain)', type: 'text', fallback: 'tls' },
    ],
  }
  const tls = (more['tls'] ?? 'tls').trim().toLowerCase()
  if (tls !== 'tls' && tls !== 'tls-insecure' && tls !== 'plain')
    throw new BridgeError(`“${tls}” is none of tls, tls-insecure, plain.`)
  const name = (more['name'] ?? '').trim().toLowerCase()
  return await networks.add({ name, address: text, security: tls satisfies Security }, asker)
}

function resultOf(network: IrcNetwork, userId: UserId, metadata: LoginMetadata): LoginResult {
  return {
    id: loginIdOf(network.name, userId),
    remoteName: `${metadata.nick} on ${network.displayName}`,
    metadata: { ...metadata },
  }
}

interface Trial {
  readonly network: IrcNetwork
  /** Whoever chose the address for themselves must not learn what else is there. */
  readonly mayKnow: boolean
  readonly signal: AbortSignal
}

/** Connects once and leaves. @throws BridgeError with the server's reason when that does not work */
async function tryConnection({ network, mayKnow, signal }: Trial, settings: ConnectionSettings): Promise<void> {
  const { clock, random, dials } = network.parts
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => session.end('stopped', 'cancelled')
    const session: Session = new Session(
      settings,
      {
        onReady: () => {
          resolve()
          session.end('stopped', 'back in a moment')
        },
        onLine: () => undefined,
        onBadLine: () => undefined,
        onEnd: (end) => {
          leave()
          signal.removeEventListener('abort', abort)
          reject(new BridgeError(wordsForEnd(end, network, mayKnow), { cause: end.cause }))
        },
      },
      clock,
      random,
    )
    signal.addEventListener('abort', abort, { once: true })
    const leave = dials.enter(() => session.dial())
  })
}

function wordsForEnd(end: SessionEnd, { displayName }: IrcNetwork, mayKnow: boolean): string {
  const { kind, reason, detail = reason, cause } = end
  if (kind === 'stopped') return 'The login was given up.'
  if (kind !== 'lost') return `${displayName} did not let you in: ${reason}.`
  return `${displayName} could not be reached: ${mayKnow ? (connectionWords(cause) ?? detail) : reason}.`
}
