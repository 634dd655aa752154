import {
  makeWASocket,
  proto,
  type AuthenticationState,
  type GroupMetadata,
  type SocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys'
import { Agent } from 'node:https'
import type { Logger } from 'pino'
import { Agent as Dispatcher } from 'undici'
import { keepFramesInOrder } from './frames-in-order.ts'
import { libraryLogger } from './library-logger.ts'
import { quietConsole } from './quiet-console.ts'

export interface SocketServer {
  readonly url: string
  readonly media_ca?: string
}

export interface SocketOptions {
  readonly auth: AuthenticationState
  readonly logger: Logger
  readonly server: SocketServer | undefined
  readonly makeRepository?: SocketConfig['makeSignalRepository']
  /** A message that we sent, for whoever could not decrypt it. */
  readonly sentMessage?: (id: string) => Promise<proto.IMessage | undefined>
  readonly groupMetadata?: (jid: string) => Promise<GroupMetadata | undefined>
}

/**
 * Dials. Where the library's settings differ from its own choice: own messages are not echoed, since the framework knows
 * them; the phone goes on notifying its owner; no page that a message links to is fetched.
 */
export function openSocket(options: SocketOptions): WASocket {
  const { auth, logger, server, makeRepository, sentMessage, groupMetadata } = options
  quietConsole()
  const socket = makeWASocket({
    auth,
    logger: libraryLogger(logger),
    emitOwnEvents: false,
    markOnlineOnConnect: false,
    syncFullHistory: false,
    shouldSyncHistoryMessage: ({ syncType }) => syncType !== proto.HistorySync.HistorySyncType.FULL,
    shouldIgnoreJid: isIgnored,
    ...(sentMessage !== undefined && { getMessage: async ({ id }) => await sentMessage(id ?? '') }),
    ...(groupMetadata !== undefined && { cachedGroupMetadata: groupMetadata }),
    ...(makeRepository !== undefined && { makeSignalRepository: makeRepository }),
    ...(server !== undefined && { waWebSocketUrl: server.url }),
    ...(server?.media_ca !== undefined && { fetchAgent: new Agent({ ca: server.media_ca }) }),
    options: fetchOptions(server),
  })
  keepFramesInOrder(socket)
  return socket
}

/** Trusts the authority of a server for tests beside the public ones; nothing can switch the checks off. */
export function fetchOptions(server: SocketServer | undefined): RequestInit {
  if (server?.media_ca === undefined) return {}
  return { dispatcher: new Dispatcher({ connect: { ca: server.media_ca } }) } as unknown as RequestInit
}

/** Status posts, channels and the like are no chats. */
function isIgnored(jid: string): boolean {
  return jid === 'status@broadcast' || jid.endsWith('@newsletter') || jid.endsWith('@bot')
}
