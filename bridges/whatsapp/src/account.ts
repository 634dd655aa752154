import {
  BridgeError,
  type ChatKey,
  type ChatSnapshot,
  type DownloadedMedia,
  type HistoryRequest,
  type ReceiptIntent,
  type RemoteMessage,
  type RemoteUser,
  type RemoteUserId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import type { WhatsAppAction } from './actions.ts'
import { readSnapshot, readUser } from './chat-info.ts'
import type { WhatsAppConfig } from './config.ts'
import type { ConnectionNews } from './connection-news.ts'
import { destination } from './destination.ts'
import { fetchMedia } from './fetch-media.ts'
import { findContact } from './find-contact.ts'
import { readHistory } from './history.ts'
import { jidOfChat, jidOfUser, type Jid } from './ids.ts'
import type { Intake } from './intake/intake.ts'
import type { LibraryEvents } from './intake/library-events.ts'
import type { Messages } from './intake/messages.ts'
import type { SpeakerPictures } from './intake/speaker-pictures.ts'
import type { LastOnline } from './last-online.ts'
import { lostMessages } from './lost-messages.ts'
import { beforeEnd } from './protocol/mends/before-end.ts'
import type { Connection } from './protocol/connection.ts'
import type { Socket } from './protocol/open-socket.ts'
import { tellTyping } from './protocol/presence.ts'
import { tellRead } from './protocol/tell-read.ts'
import { inWords } from './refusals.ts'
import type { RemoteContext } from './remote-context.ts'
import type { SentMessages } from './sent-messages.ts'
import { transmit } from './transmit.ts'
import type { TypingWatch } from './typing-watch.ts'

export interface AccountParts {
  readonly context: RemoteContext
  readonly config: WhatsAppConfig
  readonly fetchOptions: RequestInit
  readonly intake: Intake
  readonly messages: Messages
  readonly events: LibraryEvents
  readonly pictures: SpeakerPictures
  readonly watch: TypingWatch
  readonly news: ConnectionNews
  readonly sent: SentMessages
  readonly lastOnline: LastOnline
  readonly connection: Connection
  readonly dial: () => Socket
  readonly takeLinesAway: () => void
}

const hourMs = 3_600_000

/** One account, connected: what the library is needed for. Made anew for every `connect`; ends with `stop`. */
export class Account {
  readonly #parts: AccountParts
  #wasOpen = false
  #hasStopped = false
  #hourly: NodeJS.Timeout | undefined

  constructor(parts: AccountParts) {
    this.#parts = parts
  }

  /** Begins to connect; how it goes is told through the client's state. */
  async start(): Promise<void> {
    const { context, messages, events, news, sent, connection, dial } = this.#parts
    news.connecting()
    this.#wasOpen = (await context.store.get('was-open')) === true
    await sent.prune()
    if (this.#hasStopped) return
    this.#hourly = setInterval(() => this.#lookForLost(), hourMs).unref()
    connection.start({
      prepare: async () => await messages.takePending(),
      dial,
      onEvents: (said) => events.take(said),
      onOpen: () => this.#opened(),
      onClosed: (verdict, pauseMs) => news.closed(verdict, pauseMs),
      onError: (error) => context.host.logger.warn({ err: error }, 'whatsapp connection failed'),
      wasOpen: () => this.#wasOpen,
    })
  }

  async stop(): Promise<void> {
    const { intake, pictures, news, lastOnline, connection, takeLinesAway } = this.#parts
    this.#hasStopped = true
    news.end()
    clearInterval(this.#hourly)
    if (connection.current !== undefined) await lastOnline.note().catch((error) => this.#note(error))
    await connection.stop()
    pictures.stop()
    await intake.stop()
    takeLinesAway()
  }

  /** Ends the login on WhatsApp's side: the phone no longer lists the device. */
  async logOut(): Promise<void> {
    await this.#parts.connection.logOut()
  }

  async transmit(action: WhatsAppAction, given: TransmitContext): Promise<Transmitted> {
    const { context, config, connection, sent } = this.#parts
    const { host, people, timers } = context
    const parts = {
      host,
      people,
      timers,
      sent,
      maxBytes: config.max_media_bytes,
      opened: async (signal: AbortSignal) => await connection.opened(signal),
    }
    return await transmit(parts, action, given)
  }

  async snapshot(chat: ChatKey): Promise<ChatSnapshot> {
    const { context } = this.#parts
    return await this.#asking(async (socket) => await readSnapshot(context, socket, jidOfChat(chat)))
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    const { context } = this.#parts
    return await this.#asking(async (socket) => await readUser(context, socket, jidOfUser(user)))
  }

  async history(request: HistoryRequest): Promise<RemoteMessage[]> {
    return await readHistory(this.#parts.context, request)
  }

  async find(identifier: string): Promise<Jid | undefined> {
    const { people } = this.#parts.context
    return await this.#asking(async (socket) => await findContact(socket, people, identifier))
  }

  async fetch(source: JsonObject): Promise<DownloadedMedia> {
    const { config, fetchOptions: options } = this.#parts
    const maxBytes = config.max_media_bytes
    return await this.#asking(async (socket) => await fetchMedia({ socket, options, maxBytes }, source))
  }

  async setTyping(chat: ChatKey, isTyping: boolean): Promise<void> {
    const { connection, context } = this.#parts
    const socket = connection.current
    if (socket === undefined) return
    await tellTyping(socket, await destination(context.people, socket, jidOfChat(chat)), isTyping)
  }

  async markRead({ chat, upTo, upToAuthor }: ReceiptIntent): Promise<void> {
    const { connection, context } = this.#parts
    const jid = jidOfChat(chat)
    const author = upToAuthor && context.people.idOf(jidOfUser(upToAuthor))
    const messages = context.unread.takeUpTo(jid, upTo, author)
    const socket = connection.current
    if (messages.length === 0 || socket === undefined) return
    await tellRead(socket, jid, messages)
  }

  #opened(): void {
    const { context, news, watch } = this.#parts
    watch.forget()
    news.connected()
    this.#lookForLost()
    if (this.#wasOpen) return
    this.#wasOpen = true
    context.store.write([{ key: 'was-open', value: true }]).catch((error: unknown) => this.#note(error))
  }

  /** What did not come, and will not by itself: after a connection was made, and every hour that it holds. */
  #lookForLost(): void {
    const { context, intake, lastOnline, connection } = this.#parts
    if (connection.current === undefined) return
    void lastOnline
      .note()
      .then(async () => await intake.take(() => lostMessages(context)))
      .catch((error: unknown) => this.#note(error))
  }

  async #asking<T>(ask: (socket: Socket) => Promise<T>): Promise<T> {
    const { connection, intake } = this.#parts
    const socket = await connection.opened()
    if (socket === undefined) throw new BridgeError('the connection to WhatsApp has ended', { isRetryable: true })
    try {
      return await beforeEnd(socket, ask)
    } catch (error) {
      throw inWords(error)
    } finally {
      intake.keepLearnt()
    }
  }

  #note(error: unknown): void {
    this.#parts.context.host.logger.debug({ err: error }, 'whatsapp did not take it')
  }
}
