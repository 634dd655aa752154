import type { BridgeHost } from '@pons/core'
import type { WhatsAppConfig } from './config.ts'
import type { Intake } from './intake/intake.ts'
import type { Messages } from './intake/messages.ts'
import type { AuthState } from './protocol/auth-state.ts'
import type { Connection } from './protocol/connection.ts'
import type { DecryptionJournal, DecryptionListener } from './protocol/decryption-journal.ts'
import { askForGroup, type GroupMetadata } from './protocol/group.ts'
import { onClose, openSocket, type Socket } from './protocol/open-socket.ts'
import { signalRepositoryFor } from './protocol/signal-repository.ts'
import { storeBeforeSending } from './protocol/mends/store-before-sending.ts'
import type { AccountContext } from './remote-context.ts'
import type { SentMessages } from './sent-messages.ts'

export interface DialParts {
  readonly known: AccountContext
  readonly config: WhatsAppConfig
  readonly fetchOptions: RequestInit
  readonly auth: AuthState
  readonly journal: DecryptionJournal
  readonly sent: SentMessages
  readonly connection: Connection
  readonly intake: Intake
  readonly messages: Messages
}

/** Opens a new connection of the account, on which nothing is decrypted or sent that a crash could undo for one side alone. */
export function dial(parts: DialParts): Socket {
  const { known, config, fetchOptions, auth, journal, sent } = parts
  const { host } = known
  const ended = new AbortController()
  const socket = openSocket({
    auth,
    logger: host.logger,
    server: config.server,
    fetchOptions,
    egress: host.egress.forOthers,
    makeRepository: signalRepositoryFor({ auth, journal, listener: listenerOf(parts, host), ended: ended.signal }),
    sentMessage: async (id) => await sent.get(id),
    groupMetadata: async (jid) => known.groups.metadata(jid) ?? (await groupOf(parts, jid)),
  })
  onClose(socket, () => ended.abort())
  storeBeforeSending(socket, auth.transactions, () => host.step('whatsapp:on-the-wire'))
  journal.attach(socket)
  return socket
}

function listenerOf({ connection, intake, messages }: DialParts, host: BridgeHost): DecryptionListener {
  return {
    async room() {
      // What the library has decrypted and not said waits in the intake by then: nothing may overtake it.
      connection.flush()
      await intake.room()
    },
    onDecrypted: () => host.step('whatsapp:decrypted'),
    dealingWith: (stanza) => messages.dealingWith(stanza),
  }
}

/** Asked for, to know for whom to encrypt; undefined while nothing is connected, and the library asks for itself then. */
async function groupOf({ connection, known, intake }: DialParts, jid: string): Promise<GroupMetadata | undefined> {
  const socket = connection.current
  if (socket === undefined) return undefined
  const { groups, timers, host } = known
  const metadata = await askForGroup(socket, jid)
  groups.learnAnswer(metadata)
  timers.learnGroup(metadata, host.now())
  intake.keepLearnt()
  return groups.metadata(jid) ?? metadata
}
