import type { BridgeHost, Intake, LoginId, Understood } from '@pons/core'
import type { KnownChats } from '../known-snapshot.ts'
import type { AuthState } from '../protocol/auth-state.ts'
import type { SocketEvents } from '../protocol/socket-events.ts'
import { callEvents } from './call-events.ts'
import type { ChangedPictures } from './changed-pictures.ts'
import { changedGroupEvents, newGroupEvents } from './group-events.ts'
import { handleGroupReceipts } from './handle-group-receipts.ts'
import { handleReceipts } from './handle-receipts.ts'
import { handleTyping } from './handle-typing.ts'
import { learnContacts } from './learn-contacts.ts'
import type { Messages } from './messages.ts'
import { nothing } from './understood.ts'

export interface LibraryEventsParts {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly chats: KnownChats
  readonly auth: AuthState
  readonly intake: Intake
  readonly messages: Messages
  readonly pictures: ChangedPictures
}

/** What the library says, each kind of it handed to its handler. */
export class LibraryEvents {
  readonly #parts: LibraryEventsParts

  constructor(parts: LibraryEventsParts) {
    this.#parts = parts
  }

  take(events: SocketEvents): void {
    const { host, login, chats, messages, pictures, intake } = this.#parts
    const { people } = chats
    const ephemeral = { host, login, people }
    if (events['creds.update'] !== undefined) void this.#saveCreds()
    // At once: what waits in the queue may name those whom this is about.
    const hasLearnt = learnContacts(people, events, (person) => pictures.note(person))
    if (events['presence.update'] !== undefined) handleTyping(ephemeral, events['presence.update'])
    if (events['messages.upsert'] !== undefined) messages.hear(events['messages.upsert'].messages)
    // After the messages: a receipt names one that must be there.
    this.#take(events['messages.update'], (updates) => {
      handleReceipts(ephemeral, updates)
      return nothing
    })
    this.#take(events['message-receipt.update'], (updates) => {
      handleGroupReceipts(ephemeral, updates)
      return nothing
    })
    this.#take(events['groups.upsert'], (groups) => newGroupEvents({ host, login, chats }, groups))
    this.#take(events['groups.update'], (groups) => changedGroupEvents({ host, login, chats }, groups))
    this.#take(events.call, (calls) => callEvents(ephemeral, calls))
    if (hasLearnt) intake.keepLearnt()
  }

  #take<Event>(event: Event | undefined, handle: (event: Event) => Promise<Understood> | Understood): void {
    if (event !== undefined) void this.#parts.intake.take(() => handle(event))
  }

  async #saveCreds(): Promise<void> {
    const { auth, host } = this.#parts
    try {
      await auth.save()
    } catch (error) {
      host.logger.error({ err: error }, 'credentials could not be stored')
    }
  }
}
