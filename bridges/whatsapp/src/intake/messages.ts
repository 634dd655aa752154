import type { StoreWrite } from '@pons/core'
import { understand } from '../handle-remote.ts'
import { isGroup, jidOf } from '../ids.ts'
import type { AuthState } from '../protocol/auth-state.ts'
import { connectionClosed } from '../protocol/mends/before-end.ts'
import type { DecryptionJournal, PendingStanza } from '../protocol/decryption-journal.ts'
import { incomingOf, messageOfPending, type Incoming, type WebMessage } from '../protocol/incoming.ts'
import type { RemoteContext } from '../remote-context.ts'
import type { TypingWatch } from '../typing-watch.ts'
import { nothing, together, type Understood } from '../understood.ts'
import type { Intake } from './intake.ts'
import { historyNoticeIn, isElsewhere, type PhoneHistory } from './phone-history.ts'
import { phoneKeys } from './phone-keys.ts'
import type { SpeakerPictures } from './speaker-pictures.ts'

export interface MessagesParts {
  readonly context: RemoteContext
  readonly auth: AuthState
  readonly journal: DecryptionJournal
  readonly intake: Intake
  readonly history: PhoneHistory
  readonly pictures: SpeakerPictures
  readonly watch: TypingWatch
}

/** Messages, by each of the three ways on which they come: decrypted, said by the library, and left by an earlier connection. */
export class Messages {
  readonly #parts: MessagesParts
  /** Those that became durable when they were decrypted, and that the library has not said yet. */
  readonly #dealtWith = new Set<string>()

  constructor(parts: MessagesParts) {
    this.#parts = parts
  }

  /** What an earlier connection, or process, had decrypted and not dealt with; before anything new comes. */
  async takePending(): Promise<void> {
    const { intake, journal } = this.#parts
    const messages: WebMessage[] = []
    await intake.take(async () => {
      this.#dealtWith.clear()
      const pending = await journal.pending()
      messages.push(...pending.flatMap((stanza) => this.#messageOf(stanza) ?? []))
      return nothing
    })
    await this.#take(messages)
  }

  /**
   * How to make durable what a message says together with what was changed to decrypt it, before the server hears that we
   * have it; undefined where other things wait, which come first.
   */
  dealingWith(stanza: PendingStanza): ((writes: readonly StoreWrite[]) => Promise<void>) | undefined {
    const { intake } = this.#parts
    const message = intake.isIdle ? this.#messageOf(stanza) : undefined
    const incoming = message && incomingOf(message)
    if (message === undefined || incoming === undefined || isElsewhere(historyNoticeIn(incoming))) return undefined
    return async (writes) => {
      const isDurable = await intake.take(async () => {
        const understood = (await this.#understand(incoming, () => [])) ?? nothing
        return { ...understood, writes: [...understood.writes, ...writes] }
      })
      if (!isDurable) throw connectionClosed()
      this.#dealtWith.add(nameOf(message))
    }
  }

  /** The library says each message, also one that was dealt with when it was decrypted. */
  hear(messages: readonly WebMessage[]): void {
    const others = messages.filter((message) => !this.#dealtWith.delete(nameOf(message)))
    void this.#take(others)
  }

  async #take(messages: readonly WebMessage[]): Promise<void> {
    const { intake } = this.#parts
    await Promise.all(
      jobsOf(messages).map(async (job) => await intake.take(async () => await this.#understandAll(job))),
    )
  }

  async #understandAll(messages: readonly WebMessage[]): Promise<Understood> {
    const all: Understood[] = []
    for (const message of messages) {
      const incoming = incomingOf(message)
      if (incoming === undefined) continue
      const settle = (): readonly StoreWrite[] => this.#parts.journal.settle(message.key)
      const understood = await this.#understand(incoming, settle)
      if (understood !== undefined) all.push(understood, { events: [], writes: settle() })
    }
    return together(all)
  }

  /** One thing that cannot be read must not hold up all that come after it. undefined: it comes later, and settles itself then. */
  async #understand(message: Incoming, settle: () => readonly StoreWrite[]): Promise<Understood | undefined> {
    const { context, auth, history, pictures, watch } = this.#parts
    try {
      const chat = jidOf(message.chat)
      if (chat !== undefined && !message.isFromPhone) watch.watch(chat)
      const understood = await understand(context, message)
      if (chat !== undefined && isGroup(chat)) pictures.want(chat, understood.events)
      const notice = historyNoticeIn(message)
      if (notice === undefined) return together([understood, phoneKeys(auth, message)])
      const part = await history.take(message.id, notice, settle)
      return part && together([understood, part])
    } catch (error) {
      this.#cannotRead(error)
      return nothing
    }
  }

  #messageOf(stanza: PendingStanza): WebMessage | undefined {
    try {
      return messageOfPending(stanza, this.#parts.auth.creds)
    } catch (error) {
      this.#cannotRead(error)
      return undefined
    }
  }

  #cannotRead(error: unknown): void {
    this.#parts.context.host.logger.error({ err: error }, 'message could not be read')
  }
}

/** What comes together is stored together, but for parts of a history: each adds to what the ones before it have stored. */
function jobsOf(messages: readonly WebMessage[]): WebMessage[][] {
  const jobs: WebMessage[][] = []
  let wasPart = false
  for (const message of messages) {
    const incoming = incomingOf(message)
    const isPart = incoming !== undefined && historyNoticeIn(incoming) !== undefined
    if (isPart || wasPart || jobs.length === 0) jobs.push([])
    jobs.at(-1)?.push(message)
    wasPart = isPart
  }
  return jobs
}

function nameOf({ key }: WebMessage): string {
  return `${key.remoteJid} ${key.participant ?? ''} ${key.id}`
}
