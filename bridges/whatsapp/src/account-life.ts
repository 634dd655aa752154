import type { BridgeHost, Intake } from '@pons/core'
import type { AccountStore } from './account-store.ts'
import type { ConnectionNews } from './connection-news.ts'
import type { LibraryEvents } from './from-network/library-events.ts'
import { lostMessages, type LostMessagesParts } from './from-network/lost-placeholders.ts'
import type { Messages } from './from-network/messages.ts'
import type { SpeakerPictures } from './from-network/speaker-pictures.ts'
import type { TypingWatch } from './from-network/typing-watch.ts'
import type { LastOnline } from './last-online.ts'
import type { Connection } from './protocol/connection.ts'
import type { Socket } from './protocol/open-socket.ts'
import type { SentMessages } from './sent-messages.ts'

export interface AccountLifeParts extends LostMessagesParts {
  readonly host: BridgeHost
  readonly store: AccountStore
  readonly connection: Connection
  readonly dial: () => Socket
  readonly intake: Intake
  readonly messages: Messages
  readonly events: LibraryEvents
  readonly speakers: SpeakerPictures
  readonly watch: TypingWatch
  readonly news: ConnectionNews
  readonly sent: SentMessages
  readonly lastOnline: LastOnline
  readonly takeLinesAway: () => void
}

const hourMs = 3_600_000

/** How an account begins, what it does at each connection and every hour, and how it ends. */
export class AccountLife {
  readonly #parts: AccountLifeParts
  #wasOpen = false
  #hasStopped = false
  #hourly: NodeJS.Timeout | undefined

  constructor(parts: AccountLifeParts) {
    this.#parts = parts
  }

  /** Begins to connect; how it goes is told. */
  async start(): Promise<void> {
    const { host, store, messages, events, news, sent, connection, dial } = this.#parts
    news.connecting()
    this.#wasOpen = (await store.get('was-open')) === true
    await sent.prune()
    if (this.#hasStopped) return
    this.#hourly = setInterval(() => this.#lookForLost(), hourMs).unref()
    connection.start({
      prepare: async () => await messages.takePending(),
      dial,
      onEvents: (said) => events.take(said),
      onOpen: () => this.#opened(),
      onClosed: (verdict, pauseMs) => news.closed(verdict, pauseMs),
      onError: (error) => host.logger.warn({ err: error }, 'whatsapp connection failed'),
      wasOpen: () => this.#wasOpen,
    })
  }

  async stop(): Promise<void> {
    const { intake, speakers, news, lastOnline, connection, takeLinesAway } = this.#parts
    this.#hasStopped = true
    news.end()
    clearInterval(this.#hourly)
    if (connection.current !== undefined) await lastOnline.note().catch((error) => this.#note(error))
    await connection.stop()
    speakers.stop()
    await intake.stop()
    takeLinesAway()
  }

  #opened(): void {
    const { store, news, watch } = this.#parts
    watch.forget()
    news.connected()
    this.#lookForLost()
    if (this.#wasOpen) return
    this.#wasOpen = true
    store.write([{ key: 'was-open', value: true }]).catch((error: unknown) => this.#note(error))
  }

  /** What did not come, and will not by itself: after a connection was made, and every hour that it holds. */
  #lookForLost(): void {
    const { intake, lastOnline, connection } = this.#parts
    if (connection.current === undefined) return
    void lastOnline
      .note()
      .then(async () => await intake.take(() => lostMessages(this.#parts)))
      .catch((error: unknown) => this.#note(error))
  }

  #note(error: unknown): void {
    this.#parts.host.logger.debug({ err: error }, 'whatsapp did not take it')
  }
}
