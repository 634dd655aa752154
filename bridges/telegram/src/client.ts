import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type ClientHandlers,
  type DownloadedMedia,
  type NetworkClient,
  type OpenedChat,
  type RemoteAction,
  type RemoteUser,
  type RemoteUserId,
  type StoredLogin,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import type { JsonObject, UserId } from '@pons/matrix'
import type { Account } from './account.ts'
import { accountPrefix } from './account-state.ts'
import { asAction } from './actions.ts'
import type { TelegramConfig } from './config.ts'
import { telegramAbilities } from './handle-matrix.ts'
import { chatKeyOf, peerOfUser, selfPeer, userIdOfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import { remoteUserOf } from './remote-people.ts'

export interface TelegramClientParts {
  readonly host: BridgeHost
  readonly config: TelegramConfig
  readonly accountOf: (userId: UserId) => PeerKey | undefined
}

const firstPauseMs = 2000
const longestPauseMs = 300_000

/** One login. The library is loaded, and the account built, when it connects. */
export class TelegramLogin implements NetworkClient {
  readonly handlers: ClientHandlers
  readonly capabilities: NonNullable<NetworkClient['capabilities']>
  readonly #parts: TelegramClientParts
  readonly #login: StoredLogin
  #account: Promise<Account> | undefined
  #isWanted = false
  #again: NodeJS.Timeout | undefined
  #failures = 0
  readonly #waiting = new Set<(account: Promise<Account>) => void>()

  constructor(parts: TelegramClientParts, login: StoredLogin) {
    this.#parts = parts
    this.#login = login
    const { handlers, capabilities } = telegramAbilities(parts, parts.config, {
      typing: async ({ chat, isTyping }) => await (await this.#connected()).setTyping(chat, isTyping),
      receipt: async ({ chat, upTo }) => await (await this.#connected()).markRead(chat, upTo),
      history: async (request) => await (await this.#connected()).history(request),
    })
    this.handlers = handlers
    this.capabilities = capabilities
  }

  async connect(): Promise<void> {
    const { api_id: apiId, api_hash: apiHash } = this.#parts.config
    if (apiId === undefined || apiHash === undefined) {
      const message = 'networks.telegram.api_id and api_hash are not set'
      return this.#parts.host.clientState({
        login: this.#login.id,
        name: this.#login.remoteName,
        state: 'UNKNOWN_ERROR',
        message,
      })
    }
    this.#isWanted = true
    this.#account ??= this.#build(apiId, apiHash)
    for (const tell of this.#waiting) tell(this.#account)
    this.#waiting.clear()
    const account = await this.#account
    // Progress is told through the client's state; what goes wrong for good is, too.
    if (this.#isWanted) void this.#run(account)
  }

  async disconnect(): Promise<void> {
    this.#isWanted = false
    clearTimeout(this.#again)
    const account = this.#account
    this.#account = undefined
    await (await account)?.stop()
  }

  async logout(): Promise<void> {
    try {
      await (await this.#account)?.logOut()
    } finally {
      await this.#parts.host.store.deleteAll(accountPrefix(this.#login.id))
    }
  }

  serves({ chat }: ChatKey): boolean {
    // A shared chat is served by whoever is in it; that shows when it is tried.
    return chat.startsWith('c')
  }

  isSelf(user: RemoteUserId): boolean {
    return user === userIdOfPeer(selfPeer(this.#login.id))
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    return await (await this.#connected()).snapshot(chat)
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    return await remoteUserOf((await this.#connected()).peers, peerOfUser(user), this.#login.id)
  }

  async transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    return await (await this.#connected(context.signal)).transmit(asAction(action), context)
  }

  async media(source: JsonObject): Promise<DownloadedMedia> {
    const { fetchMedia } = await import('./fetch-media.ts')
    return await fetchMedia(await this.#connected(), source, this.#parts.config.max_media_bytes)
  }

  /** A person by username, phone number or ghost; undefined for nobody. */
  async find(identifier: string): Promise<OpenedChat | undefined> {
    const { findPeer } = await import('./find-peer.ts')
    const { movedTo } = await import('./moved-groups.ts')
    const account = await this.#connected()
    const named = await findPeer(account, identifier)
    if (named === undefined) return undefined
    const peer = (named.startsWith('g') ? await movedTo(account, named) : undefined) ?? named
    const chat = chatKeyOf(peer, this.#login.id)
    const snapshot = await account.snapshot(chat)
    // What else has one room for all is a channel or supergroup, which one may know of, and read, without being in it.
    const record = await account.peers.get(peer)
    return { chat, snapshot, isAdmitted: !peer.startsWith('c') || (record !== undefined && record.isLeft !== true) }
  }

  async #build(apiId: number, apiHash: string): Promise<Account> {
    const { Account: Connected } = await import('./account.ts')
    const { id: login, remoteName: name } = this.#login
    return new Connected({ ...this.#parts, login, name, apiId, apiHash })
  }

  async #run(account: Account): Promise<void> {
    try {
      await account.start()
      this.#failures = 0
    } catch (error) {
      this.#parts.host.logger.error({ err: error }, 'telegram account could not start')
      await account.stop()
      this.#tryLater()
    }
  }

  #tryLater(): void {
    if (!this.#isWanted) return
    this.#account = undefined
    const delayMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++)
    const message = `Telegram could not be reached; trying again in ${Math.ceil(delayMs / 1000)} s`
    const { id: login, remoteName: name } = this.#login
    this.#parts.host.clientState({ login, name, state: 'TRANSIENT_DISCONNECT', message })
    this.#again = setTimeout(() => void this.connect(), delayMs)
  }

  /** The account, once there is one. @throws BridgeError where the wait is given up */
  async #connected(signal?: AbortSignal): Promise<Account> {
    if (this.#account !== undefined) return await this.#account
    return await new Promise<Account>((resolve, reject) => {
      const tell = (account: Promise<Account>): void => resolve(account)
      this.#waiting.add(tell)
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(tell)
        reject(new BridgeError('the bridge stopped before Telegram was reached', { isRetryable: true }))
      })
    })
  }
}
