import type { BridgeHost } from '@pons/core'
import type { AuthState } from './protocol/auth-state.ts'
import type { DecryptionLog, DecryptionListener } from './protocol/decryption-log.ts'
import type { GroupMetadata } from './protocol/group.ts'
import { onClose, openSocket, type Socket } from './protocol/open-socket.ts'
import { signalRepositoryFor } from './protocol/signal-repository.ts'
import type { SocketServer } from './protocol/socket-server.ts'
import { storeBeforeSending } from './protocol/mends/store-before-sending.ts'
import type { SentMessages } from './sent-messages.ts'

export interface DialParts {
  readonly host: BridgeHost
  readonly server: SocketServer | undefined
  readonly fetchOptions: RequestInit
  readonly auth: AuthState
  readonly decryptions: DecryptionLog
  readonly listener: DecryptionListener
  readonly sent: SentMessages
  readonly groupMetadata: (jid: string) => Promise<GroupMetadata | undefined>
}

/** Opens a new connection of the account, on which nothing is decrypted or sent that a crash could undo for one side alone. */
export function dial(parts: DialParts): Socket {
  const { host, server, fetchOptions, auth, decryptions, listener, sent, groupMetadata } = parts
  const ended = new AbortController()
  const socket = openSocket({
    auth,
    logger: host.logger,
    server,
    fetchOptions,
    egress: host.egress.forOthers,
    makeRepository: signalRepositoryFor({ auth, decryptions, listener, ended: ended.signal }),
    sentMessage: async (id) => await sent.get(id),
    groupMetadata,
  })
  onClose(socket, () => ended.abort())
  storeBeforeSending(socket, auth.transactions, () => host.step('whatsapp:on-the-wire'))
  decryptions.attach(socket)
  return socket
}
