import {
  AskedAnew,
  BridgeError,
  patiently,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type HistoryRequest,
  type LoginId,
  type RemoteEvent,
  type RemoteMessage,
  type RemoteMessageId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import { Api, type TelegramClient } from 'telegram'
import { accountPrefix, accountStore, begunWrite, sessionWrite, storedSession, storedState } from './account-state.ts'
import type { TelegramAction } from './actions.ts'
import { allReactions } from './all-reactions.ts'
import { readSnapshot } from './chat-info.ts'
import type { TelegramConfig } from './config.ts'
import { recentChats } from './dialogs.ts'
import { eventsOf } from './handle-remote.ts'
import { foundMove } from './handle-service.ts'
import { messageEvent } from './message-event.ts'
import { movedGroups } from './moved-groups.ts'
import type { RemoteContext } from './remote-context.ts'
import { readGap, readHistory, readUpTo } from './history.ts'
import { chatKeyOf, numberOfMessage, peerOfChat } from './ids.ts'
import { call, isLoginOver, UnansweredError, waitOf } from './protocol/call.ts'
import { buildClient, watchConnection, type ConnectionState } from './protocol/connection.ts'
import type { Box } from './protocol/counted.ts'
import { fetchFile, type FileLocation } from './protocol/download.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import { Peers } from './protocol/peers.ts'
import { firstPts, UpdateEngine } from './protocol/update-engine.ts'
import type { UpdateBatch } from './protocol/engine-options.ts'
import { SentMessages } from './sent-messages.ts'
import { transmit } from './transmit.ts'

export interface AccountOptions {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly name: string
  readonly config: TelegramConfig
  readonly apiId: number
  readonly apiHash: string
}

const connectPatienceMs = 20_000

/** One account, connected: what the library is needed for. Made anew for every connection; ends with `stop`. */
export class Account {
  readonly peers: Peers
  readonly #options: AccountOptions
  readonly #abort = new AbortController()
  readonly #engine: UpdateEngine
  readonly #sent: SentMessages
  readonly #context: RemoteContext
  readonly #anew = new AskedAnew<PeerKey>(
    async (peer) => await this.#ingestSnapshot(peer),
    (error) => this.noteFailure(error),
  )
  #client: TelegramClient | undefined
  #isOver = false

  constructor(options: AccountOptions) {
    this.#options = options
    const { host, login } = options
    this.peers = new Peers(accountStore(host.store, login))
    this.#sent = new SentMessages({
      page: (peer, before) => readHistory(this, { peer, limit: 100, ...(before !== undefined && { before }) }),
      resync: () => this.#engine.resync(),
    })
    this.#context = {
      host,
      login,
      peers: this.peers,
      takeOwnSent: (box, id) => this.#sent.takeOwn(box, id),
      allReactions: async (peer, id) => await allReactions(this, peer, id),
      readAnew: (peer) => this.#anew.ask(peer),
    }
    this.#engine = new UpdateEngine({
      signal: this.#abort.signal,
      call: (request) => this.call(request),
      inputChannel: (box) => this.peers.channel(box as PeerKey),
      commit: (batch) => this.#commit(batch),
      readGap: (box, sinceMs) => readGap(this, host, { box, login, sinceMs }),
      formerOf: async (box) => (await this.#movedGroups()).get(box as PeerKey),
      onSent: (randomId, id) => this.#sent.learn(randomId, id),
      onError: (error) => this.noteFailure(error),
    })
  }

  /** Connects and takes up what was missed; resolves when the account is there, or stopped. */
  async start(): Promise<void> {
    const { host, login, config, apiId, apiHash } = this.#options
    const store = accountStore(host.store, login)
    const session = await storedSession(store)
    if (session === undefined) return this.#end('the login is not complete')
    const client = buildClient({
      apiId,
      apiHash,
      session,
      server: config.server,
      egress: host.egress.forOthers,
      tap: {
        onData: (data) =>
          void host.store.write([sessionWrite(login, data)]).catch((error: unknown) => this.noteFailure(error)),
        onObject: (object) => this.#take(object),
      },
    })
    this.#client = client
    this.#tell('CONNECTING')
    try {
      await this.#dial(client)
      if (this.#abort.signal.aborted) return
      watchConnection(client, (state) => this.#onConnection(state))
      const { common, channels, hasBegun } = await storedState(store)
      // Counting comes first: what is written while the chats are listed must not fall between the two.
      await this.#engine.start(common, channels)
      if (!hasBegun) await this.#begin()
      this.#tell('CONNECTED')
    } catch (error) {
      this.noteFailure(error)
      if (!this.#abort.signal.aborted) throw error
    }
  }

  /** After a login: channels are counted from where they stand, and the most recent chats get their rooms. */
  async #begin(): Promise<void> {
    const { host, config, login } = this.#options
    const chats = await recentChats(this, login, config.chats_after_login)
    for (const { box, pts } of chats.channels) this.#engine.seed(box, pts)
    await this.#engine.settled()
    const snapshots: RemoteEvent[] = []
    // Rooms of an earlier login go on, before others are made for the same chats.
    for (const [to, from] of await this.#movedGroups()) snapshots.push(await foundMove(this.#context, { from, to }))
    for (const peer of chats.peers) {
      const snapshot = await readSnapshot(this, peer, login)
      const chat = chatKeyOf(peer, login)
      const id = `login:${login}` as RemoteEvent['id']
      snapshots.push({ kind: 'snapshot', chat, id, timestampMs: host.now(), login, snapshot, createsPortal: true })
    }
    await host.ingest(snapshots, { writes: [...(await this.#peerWrites()), begunWrite(login)] })
  }

  async #movedGroups(): Promise<ReadonlyMap<PeerKey, PeerKey>> {
    const { host, login } = this.#options
    return await movedGroups(this, { host, login, signal: this.#abort.signal })
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#engine.settled().catch(() => undefined)
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) await client.destroy()
  }

  /** Ends the login on Telegram's side. */
  async logOut(): Promise<void> {
    if (!this.#isOver) await this.call(new Api.auth.LogOut())
  }

  /** One call, for as long as it takes. @throws UnansweredError when the account is stopped, the library's error for a refusal */
  async call<R extends Api.AnyRequest>(request: R, signal?: AbortSignal, dcId?: number): Promise<R['__response']> {
    const own = this.#abort.signal
    const until = signal === undefined ? own : AbortSignal.any([own, signal])
    try {
      return await call(() => this.#client, request, { signal: until, ...(dcId !== undefined && { dcId }) })
    } catch (error) {
      if (isLoginOver(error)) this.noteFailure(error)
      throw error
    }
  }

  async transmit(action: TelegramAction, context: TransmitContext): Promise<Transmitted> {
    const { host, config } = this.#options
    const parts = {
      host,
      login: this.#options.login,
      peers: this.peers,
      sent: this.#sent,
      maxBytes: config.max_media_bytes,
      call: <R extends Api.AnyRequest>(request: R, signal: AbortSignal) => this.call(request, signal),
      affected: (box: Box, answer: Api.messages.AffectedMessages) => this.#engine.affected(box, answer),
    }
    try {
      return await transmit(parts, action, context)
    } catch (error) {
      if (!(error instanceof UnansweredError) && !isLoginOver(error)) throw error
      throw new BridgeError('Telegram did not answer before the connection ended', {
        isRetryable: true,
        isCertain: false,
      })
    }
  }

  async snapshot(chat: ChatKey): Promise<ChatSnapshot> {
    return await readSnapshot(this, peerOfChat(chat), this.#options.login)
  }

  async history({ chat, limit, before }: HistoryRequest): Promise<RemoteMessage[]> {
    const peer = peerOfChat(chat)
    const offset = before === undefined ? undefined : numberOfMessage(before, peer, this.#options.login)
    const messages = await readUpTo(this, {
      peer,
      limit,
      ...(offset !== undefined && { before: offset }),
    })
    const found: RemoteMessage[] = []
    for (const message of messages.toReversed()) {
      if (message instanceof Api.Message) found.push(await messageEvent(this.#context, message, false))
    }
    return found
  }

  async fetch(location: FileLocation): Promise<Buffer> {
    const { max_media_bytes: maxBytes } = this.#options.config
    return await fetchFile((request, dcId) => this.call(request, undefined, dcId), location, maxBytes)
  }

  async setTyping(chat: ChatKey, isTyping: boolean): Promise<void> {
    const action = isTyping ? new Api.SendMessageTypingAction() : new Api.SendMessageCancelAction()
    await this.call(new Api.messages.SetTyping({ peer: await this.peers.input(peerOfChat(chat)), action }))
  }

  /** What was read before the group became a supergroup is past telling. */
  async markRead(chat: ChatKey, upTo: RemoteMessageId): Promise<void> {
    const peer = peerOfChat(chat)
    const maxId = numberOfMessage(upTo, peer, this.#options.login)
    if (maxId === undefined) return
    const channel = await this.peers.channel(peer)
    if (channel !== undefined) return void (await this.call(new Api.channels.ReadHistory({ channel, maxId })))
    this.#engine.affected(
      '',
      await this.call(new Api.messages.ReadHistory({ peer: await this.peers.input(peer), maxId })),
    )
  }

  /** Says what went wrong; where the login is over, that it is. */
  noteFailure(error: unknown): void {
    if (error instanceof UnansweredError || this.#abort.signal.aborted) return
    const { host } = this.#options
    if (isLoginOver(error)) return this.#end(wordsForEnd(error))
    host.logger.warn({ err: error, waitSeconds: waitOf(error) }, 'telegram call failed')
  }

  async #dial(client: TelegramClient): Promise<void> {
    const timer = setTimeout(
      () => this.#tell('TRANSIENT_DISCONNECT', 'Telegram cannot be reached; trying again'),
      connectPatienceMs,
    )
    try {
      // The client tries for ever; `stop` destroys it, which ends the wait.
      await Promise.race([client.connect(), this.#stopped()])
      if (!this.#abort.signal.aborted) await this.call(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
      if (!this.#abort.signal.aborted) await client.getMe()
    } finally {
      clearTimeout(timer)
    }
  }

  #stopped(): Promise<void> {
    const { signal } = this.#abort
    return new Promise((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
  }

  #onConnection(state: ConnectionState): void {
    if (this.#abort.signal.aborted) return
    // The key is unknown to the server: the client has ended without a word, and calls would wait for ever.
    if (state === 'broken') return this.#end('Telegram no longer knows this login')
    if (state === 'disconnected')
      return this.#tell('TRANSIENT_DISCONNECT', 'the connection to Telegram was lost; connecting again')
    this.#engine.resync().then(
      () => this.#tell('CONNECTED'),
      (error: unknown) => this.noteFailure(error),
    )
  }

  #take(object: unknown): void {
    const { users, chats } = (object ?? {}) as { users?: unknown[]; chats?: unknown[] }
    this.peers.learn([...(users ?? []), ...(chats ?? []), ...(Array.isArray(object) ? (object as unknown[]) : [])])
    this.#engine.feed(object)
  }

  async #commit(batch: UpdateBatch): Promise<void> {
    const { host, login } = this.#options
    const events: RemoteEvent[] = []
    for (const item of batch.items) events.push(...(await this.#eventsOf(item)))
    const prefix = accountPrefix(login)
    const begun = events.flatMap(({ chat, chatAliases }): [Box, number][] =>
      chatAliases !== undefined && this.#engine.begin(chat.chat as string as Box)
        ? [[chat.chat as string as Box, firstPts]]
        : [],
    )
    const boxes = [...batch.channels, ...begun].map(([box, pts]) => ({ key: `${prefix}box/${box}`, value: pts }))
    const common = batch.common === undefined ? [] : [{ key: `${prefix}state`, value: { ...batch.common } }]
    const writes = [...common, ...boxes, ...(await this.#patiently(() => this.#peerWrites()))]
    // What comes after it must not be stored before it: the account would go on from there.
    await this.#patiently(async () => {
      host.step('telegram:before-journal')
      await host.ingest(events, { writes })
      host.step('telegram:journalled')
    })
  }

  /**
   * One thing that cannot be read must not hold up all that come after it. Where what it speaks of could not be looked for in
   * our own store, that is no fault of it: it waits for the store.
   */
  async #eventsOf(item: UpdateBatch['items'][number]): Promise<RemoteEvent[]> {
    const { host, login } = this.#options
    const read = (): Promise<RemoteEvent[]> => eventsOf(this.#context, item)
    return await read()
      .catch(async () => {
        await this.#patiently(() => host.store.get(`${accountPrefix(login)}state`))
        return await read()
      })
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) throw error
        host.logger.error({ err: error, update: item.update.className }, 'update could not be read')
        return []
      })
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    return await patiently(work, {
      signal: this.#abort.signal,
      onError: (error) => this.#options.host.logger.error({ err: error }, 'the store fails; it is tried again'),
    })
  }

  async #peerWrites() {
    const prefix = accountPrefix(this.#options.login)
    const writes = await this.peers.takeWrites()
    return writes.map(({ key, value }) => ({ key: prefix + key, value }))
  }

  async #ingestSnapshot(peer: PeerKey): Promise<void> {
    const { host, login } = this.#options
    const snapshot = await readSnapshot(this, peer, login)
    const id = `snapshot:${host.now()}:${snapshotCounter++}` as RemoteEvent['id']
    await host.ingest({ kind: 'snapshot', chat: chatKeyOf(peer, login), id, timestampMs: host.now(), login, snapshot })
  }

  #end(message: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#tell('BAD_CREDENTIALS', message)
    void this.stop()
  }

  #tell(state: 'CONNECTING' | 'CONNECTED' | 'TRANSIENT_DISCONNECT' | 'BAD_CREDENTIALS', message?: string): void {
    const { host, login, name } = this.#options
    host.clientState({ login, name, state, ...(message !== undefined && { message }) })
  }
}

let snapshotCounter = 0

function wordsForEnd(error: unknown): string {
  const { errorMessage } = error as { errorMessage?: string }
  if (errorMessage?.startsWith('USER_DEACTIVATED') === true) return 'Telegram has deactivated this account'
  if (errorMessage === 'AUTH_KEY_DUPLICATED')
    return 'this login was used from two places at once, and Telegram has ended it'
  return 'the login was ended on another device'
}
