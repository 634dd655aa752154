import type { BridgeHost, Intake, StoreWrite, Understood } from '@pons/core'
import { isGroup, jidOf } from '../ids.ts'
import type { AuthState } from '../protocol/auth-state.ts'
import type { DecryptionLog, PendingStanza } from '../protocol/decryption-log.ts'
import { incomingOf, type HistoryNotice, type Incoming, type WebMessage } from '../protocol/incoming.ts'
import { connectionClosed } from '../protocol/mends/before-end.ts'
import { messageOfPending } from '../protocol/message-of-pending.ts'
import { historyNoticeIn, isElsewhere } from './history-notice.ts'
import type { MessageReader } from './message-reader.ts'
import type { PhoneHistory } from './phone-history.ts'
import { phoneKeys } from './phone-keys.ts'
import type { SpeakerPictures } from './speaker-pictures.ts'
import type { TypingWatch } from './typing-watch.ts'
import { nothing, together } from './understood.ts'

export interface MessagesParts {
  readonly logger: BridgeHost['logger']
  readonly reader: MessageReader
  readonly auth: AuthState
  readonly decryptions: DecryptionLog
  readonly intake: Intake
  readonly history: PhoneHistory
  readonly pictures: SpeakerPictures
  readonly watch: TypingWatch
}

/** A message, as the library has it and as we do. */
interface Heard {
  readonly message: WebMessage
  readonly incoming: Incoming
  /** That a part of the history is there; undefined for every other message. */
  readonly notice: HistoryNotice | undefined
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
    const { intake, decryptions } = this.#parts
    const left: Heard[] = []
    await intake.take(async () => {
      this.#dealtWith.clear()
      const pending = await decryptions.pending()
      left.push(...pending.flatMap((stanza) => this.#decrypted(stanza) ?? []))
      return nothing
    })
    await this.#take(left)
  }

  /**
   * How to make durable what a message says together with what was changed to decrypt it, before the server hears that we
   * have it; undefined where other things wait, which come first.
   */
  dealingWith(stanza: PendingStanza): ((writes: readonly StoreWrite[]) => Promise<void>) | undefined {
    const { intake } = this.#parts
    const heard = intake.isIdle ? this.#decrypted(stanza) : undefined
    if (heard === undefined || isElsewhere(heard.notice)) return undefined
    return async (writes) => {
      const isDurable = await intake.take(async () => {
        const understood = (await this.#understand(heard, () => [])) ?? nothing
        return { ...understood, writes: [...understood.writes, ...writes] }
      })
      if (!isDurable) throw connectionClosed()
      this.#dealtWith.add(nameOf(heard.message))
    }
  }

  /** The library says each message, also one that was dealt with when it was decrypted. */
  hear(messages: readonly WebMessage[]): void {
    const others = messages.filter((message) => !this.#dealtWith.delete(nameOf(message)))
    void this.#take(others.flatMap((message) => this.#heard(() => message) ?? []))
  }

  async #take(heard: readonly Heard[]): Promise<void> {
    const { intake } = this.#parts
    await Promise.all(jobsOf(heard).map(async (job) => await intake.take(async () => await this.#understandAll(job))))
  }

  async #understandAll(heard: readonly Heard[]): Promise<Understood> {
    const all: Understood[] = []
    for (const one of heard) {
      const settle = (): readonly StoreWrite[] => this.#parts.decryptions.settle(one.message.key)
      const understood = await this.#understand(one, settle)
      if (understood !== undefined) all.push(understood, { events: [], writes: settle() })
    }
    return together(all)
  }

  /** One thing that cannot be read must not hold up all that come after it. undefined: it comes later, and settles itself then. */
  async #understand({ incoming, notice }: Heard, settle: () => readonly StoreWrite[]): Promise<Understood | undefined> {
    const { reader, auth, history, pictures, watch } = this.#parts
    try {
      const chat = jidOf(incoming.chat)
      if (chat !== undefined && !incoming.isFromPhone) watch.watch(chat)
      const understood = await reader.understand(incoming)
      if (chat !== undefined && isGroup(chat)) pictures.want(chat, understood.events)
      if (notice === undefined) return together([understood, phoneKeys(auth, incoming)])
      const part = await history.take(incoming.id, notice, settle)
      return part && together([understood, part])
    } catch (error) {
      this.#cannotRead(error)
      return nothing
    }
  }

  #decrypted(stanza: PendingStanza): Heard | undefined {
    return this.#heard(() => messageOfPending(stanza, this.#parts.auth.creds))
  }

  /** undefined for what is no message to us, or cannot be read as one. */
  #heard(read: () => WebMessage | undefined): Heard | undefined {
    try {
      const message = read()
      const incoming = message && incomingOf(message)
      return message && incoming && { message, incoming, notice: historyNoticeIn(incoming) }
    } catch (error) {
      this.#cannotRead(error)
      return undefined
    }
  }

  #cannotRead(error: unknown): void {
    this.#parts.logger.error({ err: error }, 'message could not be read')
  }
}

/** What comes together is stored together, but for parts of a history: each adds to what the ones before it have stored. */
function jobsOf(heard: readonly Heard[]): Heard[][] {
  const jobs: Heard[][] = []
  let last: Heard | undefined
  for (const one of heard) {
    if (last === undefined || last.notice !== undefined || one.notice !== undefined) jobs.push([])
    jobs.at(-1)?.push(one)
    last = one
  }
  return jobs
}

function nameOf({ key }: WebMessage): string {
  return `${key.remoteJid} ${key.participant ?? ''} ${key.id}`
}
