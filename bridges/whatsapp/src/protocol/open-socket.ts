import {
  makeWASocket,
  proto,
  type AuthenticationState,
  type GroupMetadata,
  type SocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type { Egress } from './egress.ts'
import { endOnHttpAnswer } from './mends/end-on-http-answer.ts'
import { keepFramesInOrder } from './mends/frames-in-order.ts'
import { libraryLogger } from './library-logger.ts'
import { quietConsole } from './mends/quiet-console.ts'
import { keepStanzasInOrder } from './mends/stanzas-in-order.ts'
import type { SocketServer } from './socket-server.ts'
import { uploadAgent } from './upload-agent.ts'

/** One connection of the library's. Outside of this folder it is handed on, and nothing else is done with it. */
export type Socket = WASocket

export interface SocketOptions {
  readonly auth: AuthenticationState
  readonly logger: Logger
  readonly server: SocketServer | undefined
  /** How files are fetched. */
  readonly fetchOptions: RequestInit
  /** By which they go up. */
  readonly egress: Egress
  readonly makeRepository?: SocketConfig['makeSignalRepository']
  /** A message that we sent, for whoever could not decrypt it. */
  readonly sentMessage?: (id: string) => Promise<proto.IMessage | undefined>
  readonly groupMetadata?: (jid: string) => Promise<GroupMetadata | undefined>
}

/**
 * Dials. Where the library's settings differ from its own choice: own messages are not echoed, since the framework knows
 * them; the phone goes on notifying its owner; no page that a message links to is fetched.
 */
export function openSocket(options: SocketOptions): Socket {
  const { auth, logger, server, fetchOptions, egress, makeRepository, sentMessage, groupMetadata } = options
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
    fetchAgent: uploadAgent(server, egress),
    options: fetchOptions,
  })
  keepFramesInOrder(socket)
  keepStanzasInOrder(socket)
  endOnHttpAnswer(socket)
  return socket
}

export function onClose(socket: Socket, tell: () => void): void {
  socket.ev.on('connection.update', ({ connection }) => {
    if (connection === 'close') tell()
  })
}

/** From our side, whatever is under way on it. */
export async function closeSocket(socket: Socket): Promise<void> {
  await socket.end(undefined)
}

/** Status posts, channels and the like are no chats. */
function isIgnored(jid: string): boolean {
  return jid === 'status@broadcast' || jid.endsWith('@newsletter') || jid.endsWith('@bot')
}
