import type { AuthState } from '../protocol/auth-state.ts'
import type { SocketEvents } from '../protocol/socket-events.ts'
import type { RemoteContext } from '../remote-context.ts'
import { handleGroupReceipts, handlePresence, handleStatus } from '../handle-ephemeral.ts'
import { nothing, type Understood } from '../understood.ts'
import { callEvents } from './call-events.ts'
import { changedGroupEvents, newGroupEvents } from './group-events.ts'
import type { Intake } from './intake.ts'
import { learnContacts } from './learn-contacts.ts'
import type { Messages } from './messages.ts'
import type { SpeakerPictures } from './speaker-pictures.ts'

export interface LibraryEventsParts {
  readonly context: RemoteContext
  readonly auth: AuthState
  readonly intake: Intake
  readonly messages: Messages
  readonly pictures: SpeakerPictures
}

/** What the library says, each kind of it handed to its handler. */
export class LibraryEvents {
  readonly #parts: LibraryEventsParts

  constructor(parts: LibraryEventsParts) {
    this.#parts = parts
  }

  take(events: SocketEvents): void {
    const { context, messages, pictures } = this.#parts
    if (events['creds.update'] !== undefined) void this.#saveCreds()
    // At once: what waits in the queue may name those whom this is about.
    const hasLearnt = learnContacts(context, pictures, events)
    if (events['presence.update'] !== undefined) handlePresence(context, events['presence.update'])
    if (events['messages.upsert'] !== undefined) messages.hear(events['messages.upsert'].messages)
    // After the messages: a receipt names one that must be there.
    this.#take(events['messages.update'], (updates) => {
      handleStatus(context, updates)
      return nothing
    })
    this.#take(events['message-receipt.update'], (updates) => {
      handleGroupReceipts(context, updates)
      return nothing
    })
    this.#take(events['groups.upsert'], (groups) => newGroupEvents(context, groups))
    this.#take(events['groups.update'], (groups) => changedGroupEvents(context, groups))
    this.#take(events.call, (calls) => callEvents(context, calls))
    if (hasLearnt) this.#parts.intake.keepLearnt()
  }

  #take<Event>(event: Event | undefined, handle: (event: Event) => Promise<Understood> | Understood): void {
    if (event !== undefined) void this.#parts.intake.take(() => handle(event))
  }

  async #saveCreds(): Promise<void> {
    const { auth, context } = this.#parts
    try {
      await auth.save()
    } catch (error) {
      context.host.logger.error({ err: error }, 'credentials could not be stored')
    }
  }
}
