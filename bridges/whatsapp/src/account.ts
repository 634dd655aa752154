import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type ClientState,
  type DownloadedMedia,
  type HistoryRequest,
  type LoginId,
  type ReceiptIntent,
  type RemoteMessage,
  type RemoteUser,
  type RemoteUserId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import type { JsonObject, UserId } from '@pons/matrix'
import { accountStore, forgetLogin, type AccountStore } from './account-store.ts'
import type { WhatsAppAction } from './actions.ts'
import { readSnapshot, readUser } from './chat-info.ts'
import type { WhatsAppConfig } from './config.ts'
import { fetchMedia } from './fetch-media.ts'
import { fetchOptions } from './fetch-options.ts'
import { findContact } from './find-contact.ts'
import { Groups } from './groups.ts'
import { readHistory } from './history.ts'
import { LastOnline } from './last-online.ts'
import { isGroup, isPhone, jidOf, jidOfChat, jidOfUser, type Jid, type Self } from './ids.ts'
import { Inbox } from './inbox.ts'
import { People } from './people.ts'
import { Placeholders, type SharedLines } from './placeholders.ts'
import { AuthState } from './protocol/auth-state.ts'
import { beforeEnd } from './protocol/before-end.ts'
import { Connection } from './protocol/connection.ts'
import { DecryptionJournal, type PendingStanza } from './protocol/decryption-journal.ts'
import type { Verdict } from './protocol/disconnect.ts'
import { askForGroup, type GroupMetadata } from './protocol/group.ts'
import { lidOfNumber } from './protocol/look-up.ts'
import { onClose, openSocket, type Socket } from './protocol/open-socket.ts'
import { askForTyping, tellTyping } from './protocol/presence.ts'
import { signalRepositoryFor } from './protocol/signal-repository.ts'
import { storeBeforeSending } from './protocol/store-before-sending.ts'
import { tellRead } from './protocol/tell-read.ts'
import { inWords } from './refusals.ts'
import type { RemoteContext } from './remote-context.ts'
import { SentMessages } from './sent-messages.ts'
import { Timers } from './timers.ts'
import { transmit } from './transmit.ts'
import { Unread } from './unread.ts'

export interface AccountOptions {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly name: string
  readonly self: Self
  readonly owner: UserId
  readonly config: WhatsAppConfig
  readonly lines: SharedLines
}

const hourMs = 3_600_000

interface Loaded {
  readonly auth: AuthState
  readonly journal: DecryptionJournal
  readonly inbox: Inbox
  readonly connection: Connection
  readonly context: RemoteContext
  readonly takeLinesAway: () => void
}

/** One account, connected: what the library is needed for. Made anew for every `connect`; ends with `stop`. */
export class Account {
  readonly #options: AccountOptions
  readonly #store: AccountStore
  readonly #sent: SentMessages
  readonly #fetchOptions: RequestInit
  readonly #lastOnline: LastOnline
  readonly #loading: Promise<Loaded | undefined>
  readonly #watched = new Set<Jid>()
  #wasOpen = false
  #hasStopped = false
  #hourly: NodeJS.Timeout | undefined

  constructor(options: AccountOptions) {
    this.#options = options
    this.#store = accountStore(options.host.store, options.login)
    this.#sent = new SentMessages(this.#store, options.host)
    this.#fetchOptions = fetchOptions(options.config.server, options.host.egress.forOthers)
    this.#lastOnline = new LastOnline({ ...options, store: this.#store })
    this.#loading = this.#load()
  }

  /** Begins to connect; how it goes is told through the client's state. */
  async start(): Promise<void> {
    const loaded = await this.#loading
    if (this.#hasStopped) return
    if (loaded === undefined) return this.#tell('BAD_CREDENTIALS', 'this device is not linked any more')
    this.#tell('CONNECTING')
    this.#wasOpen = (await this.#store.get('was-open')) === true
    await this.#sent.prune()
    this.#hourly = setInterval(() => this.#lookForLost(), hourMs).unref()
    loaded.connection.start({
      prepare: async () => await loaded.inbox.takePending(),
      dial: () => this.#dial(loaded),
      onEvents: (events) => loaded.inbox.take(events),
      onOpen: () => this.#opened(),
      onClosed: (verdict, pauseMs) => this.#closed(verdict, pauseMs),
      onError: (error) => this.#options.host.logger.warn({ err: error }, 'whatsapp connection failed'),
      wasOpen: () => this.#wasOpen,
    })
  }

  async stop(): Promise<void> {
    this.#hasStopped = true
    clearInterval(this.#hourly)
    const loaded = await this.#loading
    if (loaded?.connection.current !== undefined) await this.#lastOnline.note().catch((error) => this.#note(error))
    await loaded?.connection.stop()
    await loaded?.inbox.stop()
    loaded?.takeLinesAway()
  }

  /** Ends the login on WhatsApp's side: the phone no longer lists the device. */
  async logOut(): Promise<void> {
    const loaded = await this.#loading
    await loaded?.connection.logOut()
  }

  async transmit(action: WhatsAppAction, given: TransmitContext): Promise<Transmitted> {
    const { connection, context } = await this.#loaded()
    const { host, config } = this.#options
    const parts = {
      host,
      people: context.people,
      timers: context.timers,
      sent: this.#sent,
      maxBytes: config.max_media_bytes,
      opened: async (signal: AbortSignal) => await connection.opened(signal),
      destination: async (socket: Socket, chat: Jid) => await this.#destination(context, socket, chat),
    }
    return await transmit(parts, action, given)
  }

  async snapshot(chat: ChatKey): Promise<ChatSnapshot> {
    const { context } = await this.#loaded()
    return await this.#asking(async (socket) => await readSnapshot(context, socket, jidOfChat(chat)))
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    const { context } = await this.#loaded()
    return await this.#asking(async (socket) => await readUser(context, socket, jidOfUser(user)))
  }

  async history(request: HistoryRequest): Promise<RemoteMessage[]> {
    const { context } = await this.#loaded()
    return await readHistory(context, request)
  }

  async find(identifier: string): Promise<Jid | undefined> {
    const { context } = await this.#loaded()
    return await this.#asking(async (socket) => await findContact(socket, context.people, identifier))
  }

  async fetch(source: JsonObject): Promise<DownloadedMedia> {
    const { max_media_bytes: maxBytes } = this.#options.config
    return await this.#asking(
      async (socket) => await fetchMedia({ socket, options: this.#fetchOptions, maxBytes }, source),
    )
  }

  async setTyping(chat: ChatKey, isTyping: boolean): Promise<void> {
    const { connection, context } = await this.#loaded()
    const socket = connection.current
    if (socket === undefined) return
    const to = await this.#destination(context, socket, jidOfChat(chat))
    await tellTyping(socket, to, isTyping)
  }

  async markRead({ chat, upTo, upToAuthor }: ReceiptIntent): Promise<void> {
    const { connection, context } = await this.#loaded()
    const jid = jidOfChat(chat)
    const author = upToAuthor && context.people.idOf(jidOfUser(upToAuthor))
    const messages = context.unread.takeUpTo(jid, upTo, author)
    const socket = connection.current
    if (messages.length === 0 || socket === undefined) return
    await tellRead(socket, jid, messages)
  }

  async #load(): Promise<Loaded | undefined> {
    const { host, login, self, config, lines } = this.#options
    const auth = await AuthState.load(host.store, login)
    if (auth === undefined) return undefined
    const store = this.#store
    const people = await People.load(store, login, self)
    const groups = await Groups.load(store, people)
    const timers = await Timers.load(store, people)
    const placeholders = await Placeholders.load(store, people)
    const readAnew = (chat: Jid): void => inbox.readAnew(chat)
    const takeLinesAway = lines.add({ placeholders, store })
    const context = { host, login, store, people, groups, timers, placeholders, lines, unread: new Unread(), readAnew }
    const journal = new DecryptionJournal({
      auth,
      list: async (prefix) => await host.store.list(prefix),
      write: async (writes) => await host.store.write(writes),
      now: () => host.now(),
    })
    const connection = new Connection()
    const options = this.#fetchOptions
    const current = (): Socket | undefined => connection.current
    const flush = (): void => connection.flush()
    const watch = (chat: Jid): void => this.#watch(chat)
    const tellOwner = (text: string): void =>
      void host.notifyUser(this.#options.owner, text).catch((error: unknown) => this.#note(error))
    const inbox = new Inbox({ context, auth, journal, config, options, current, flush, watch, tellOwner })
    return { auth, journal, inbox, connection, context, takeLinesAway }
  }

  #dial({ auth, journal, context, inbox }: Loaded): Socket {
    const { host, config } = this.#options
    const ended = new AbortController()
    const listener = {
      room: async () => await inbox.room(),
      onDecrypted: () => host.step('whatsapp:decrypted'),
      dealingWith: (stanza: PendingStanza) => inbox.dealingWith(stanza),
    }
    const socket = openSocket({
      auth,
      logger: host.logger,
      server: config.server,
      fetchOptions: this.#fetchOptions,
      egress: host.egress.forOthers,
      makeRepository: signalRepositoryFor({ auth, journal, listener, ended: ended.signal }),
      sentMessage: async (id) => await this.#sent.get(id),
      groupMetadata: async (jid) => context.groups.metadata(jid) ?? (await this.#askForGroup(context, socket, jid)),
    })
    onClose(socket, () => ended.abort())
    storeBeforeSending(socket, auth.transactions, () => host.step('whatsapp:on-the-wire'))
    journal.attach(socket)
    return socket
  }

  async #askForGroup({ groups, timers, host }: RemoteContext, socket: Socket, jid: string): Promise<GroupMetadata> {
    const metadata = await askForGroup(socket, jid)
    groups.learnAnswer(metadata)
    timers.learnGroup(metadata, host.now())
    return groups.metadata(jid) ?? metadata
  }

  /** Sending to the number opens needless sessions, and loses answers among them. */
  async #destination({ people }: RemoteContext, socket: Socket, chat: Jid): Promise<Jid> {
    const known = people.idOf(chat)
    if (!isPhone(known)) return known
    const lid = jidOf(await lidOfNumber(socket, known))
    return lid === undefined ? known : (people.learn({ jid: known, alternative: lid }) ?? known)
  }

  /** WhatsApp tells of somebody's typing only those who ask for it. */
  #watch(chat: Jid): void {
    if (isGroup(chat) || this.#watched.has(chat)) return
    this.#watched.add(chat)
    void this.#loading.then(async (loaded) => {
      const socket = loaded?.connection.current
      if (socket !== undefined) await askForTyping(socket, chat).catch((error: unknown) => this.#note(error))
    })
  }

  #opened(): void {
    this.#watched.clear()
    this.#tell('CONNECTED')
    this.#lookForLost()
    if (this.#wasOpen) return
    this.#wasOpen = true
    this.#store.write([{ key: 'was-open', value: true }]).catch((error: unknown) => this.#note(error))
  }

  /** What did not come, and will not by itself: after a connection was made, and every hour that it holds. */
  #lookForLost(): void {
    void this.#loading
      .then(async (loaded) => {
        if (loaded?.connection.current === undefined) return
        await this.#lastOnline.note()
        await loaded.inbox.sayLost()
      })
      .catch((error: unknown) => this.#note(error))
  }

  #closed(verdict: Verdict, pauseMs: number): void {
    const { host, login, owner, name } = this.#options
    const pause = pauseMs >= 5000 ? ` in ${Math.ceil(pauseMs / 1000)} s` : ''
    switch (verdict.do) {
      case 'reconnect':
        return this.#tell('TRANSIENT_DISCONNECT', verdict.message + pause)
      case 'log-in-again':
        this.#tell('BAD_CREDENTIALS', verdict.message)
        return void forgetLogin(host.store, login).catch((error: unknown) => this.#note(error))
      default:
        this.#tell('UNKNOWN_ERROR', verdict.message)
        void host.notifyUser(owner, `${name}: ${verdict.message}.`).catch((error: unknown) => this.#note(error))
    }
  }

  async #asking<T>(ask: (socket: Socket) => Promise<T>): Promise<T> {
    const { connection } = await this.#loaded()
    const socket = await connection.opened()
    if (socket === undefined) throw ended()
    try {
      return await beforeEnd(socket, ask)
    } catch (error) {
      throw inWords(error)
    }
  }

  async #loaded(): Promise<Loaded> {
    const loaded = await this.#loading
    if (loaded === undefined) throw ended()
    return loaded
  }

  #note(error: unknown): void {
    this.#options.host.logger.debug({ err: error }, 'whatsapp did not take it')
  }

  #tell(state: ClientState, message?: string): void {
    if (this.#hasStopped) return
    const { host, login, name } = this.#options
    host.clientState({ login, name, state, ...(message !== undefined && { message }) })
  }
}

function ended(): BridgeError {
  return new BridgeError('the connection to WhatsApp has ended', { isRetryable: true })
}
