import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type ClientHandlers,
  type DownloadedMedia,
  type IdempotencyKey,
  type NetworkClient,
  type OpenedChat,
  type RemoteAction,
  type RemoteMessageId,
  type RemoteUser,
  type RemoteUserId,
  type StoredLogin,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import type { JsonObject, UserId } from '@pons/matrix'
import type { Account } from './account.ts'
import { forgetLogin, selfOf } from './account-store.ts'
import { asAction } from './actions.ts'
import type { WhatsAppConfig } from './config.ts'
import { whatsAppAbilities } from './handle-matrix.ts'
import { chatKeyOf, isGroup, jidOf, jidOfChat, messageIdOf, selfJid, type Jid, type Self } from './ids.ts'
import type { SharedLines } from './placeholders.ts'
import { messageIdFor } from './protocol/message-id.ts'

export interface WhatsAppClientParts {
  readonly host: BridgeHost
  readonly config: WhatsAppConfig
  /** The address of another login of this bridge, by its owner. */
  readonly addressOf: (userId: UserId) => Jid | undefined
  readonly lines: SharedLines
}

/** One login. The library is loaded, and the account built, when it connects. */
export class WhatsAppLogin implements NetworkClient {
  readonly handlers: ClientHandlers
  readonly capabilities: NonNullable<NetworkClient['capabilities']>
  readonly owner: UserId
  readonly self: Self
  readonly #parts: WhatsAppClientParts
  readonly #login: StoredLogin
  readonly #waiting = new Set<(account: Promise<Account | undefined>) => void>()
  /** undefined inside where the device is not linked any more. */
  #account: Promise<Account | undefined> | undefined

  constructor(parts: WhatsAppClientParts, login: StoredLogin) {
    this.#parts = parts
    this.#login = login
    this.owner = login.owner
    this.self = selfOf(login.metadata)
    const { host, config } = parts
    const { handlers, capabilities } = whatsAppAbilities(
      {
        host,
        config,
        addressOf: (userId) => (userId === login.owner ? undefined : parts.addressOf(userId)),
        isSelf: (jid) => jid === this.self.phone || jid === this.self.lid,
      },
      {
        typing: async ({ chat, isTyping }) => await (await this.#connected()).setTyping(chat, isTyping),
        receipt: async (receipt) => await (await this.#connected()).markRead(receipt),
        history: async (request) => await (await this.#connected()).history(request),
      },
    )
    this.handlers = handlers
    this.capabilities = capabilities
  }

  async connect(): Promise<void> {
    const building = (this.#account ??= this.#build())
    for (const tell of this.#waiting) tell(building)
    this.#waiting.clear()
    const account = await building
    // Disconnected meanwhile.
    if (this.#account !== building) return
    if (account !== undefined) return await account.start()
    const { id: login, remoteName: name } = this.#login
    const message = 'this device is not linked any more'
    this.#parts.host.clientState({ login, name, state: 'BAD_CREDENTIALS', message })
  }

  async disconnect(): Promise<void> {
    const account = this.#account
    this.#account = undefined
    await (await account)?.stop()
  }

  async logout(): Promise<void> {
    try {
      await (await this.#account)?.logOut()
    } finally {
      await this.disconnect()
      await forgetLogin(this.#parts.host.store, this.#login.id)
    }
  }

  /** A group is served by whoever is in it; that shows when it is tried. */
  serves({ chat }: ChatKey): boolean {
    const jid = jidOf(chat)
    return jid !== undefined && isGroup(jid)
  }

  isSelf(user: RemoteUserId): boolean {
    const jid = jidOf(user)
    return jid !== undefined && (jid === this.self.phone || jid === this.self.lid)
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    return await (await this.#connected()).snapshot(chat)
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    return await (await this.#connected()).userInfo(user)
  }

  async transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    // What cannot be a chat of WhatsApp's is refused before anything waits.
    jidOfChat(context.chat)
    return await (await this.#connected(context.signal)).transmit(asAction(action), context)
  }

  /** We choose the ids of messages, edits, reactions and deletions; others in a group hear of them under these. */
  remoteIdOf(key: IdempotencyKey): RemoteMessageId {
    return messageIdOf(messageIdFor(key))
  }

  async media(source: JsonObject): Promise<DownloadedMedia> {
    return await (await this.#connected()).fetch(source)
  }

  /** A person by phone number or ghost, or a group; undefined for nobody. */
  async find(identifier: string): Promise<OpenedChat | undefined> {
    const account = await this.#connected()
    const jid = await account.find(identifier)
    if (jid === undefined) return undefined
    const chat = chatKeyOf(jid, this.#login.id)
    const snapshot = await account.snapshot(chat).catch((error: unknown) => {
      // WhatsApp refuses to tell those who are not in it of a group.
      if (!isGroup(jid) || !(error instanceof BridgeError) || error.isRetryable) throw error
      throw new BridgeError('You are not in that group.', { reason: 'm.no_permission', cause: error })
    })
    // Of a group one may know without being in it.
    const isMember = snapshot.members?.some(({ user }) => this.isSelf(user.id)) === true
    return { chat, snapshot, isAdmitted: !isGroup(jid) || isMember }
  }

  /** Connects anew, as after another program had taken the place. */
  async reconnect(): Promise<void> {
    await this.disconnect()
    await this.connect()
  }

  get address(): Jid {
    return selfJid(this.self)
  }

  async #build(): Promise<Account | undefined> {
    const { loadAccount } = await import('./load-account.ts')
    const { id: login, remoteName: name } = this.#login
    const { host, config, lines } = this.#parts
    return await loadAccount({ host, config, lines, login, name, owner: this.owner, self: this.self })
  }

  /** The account, once there is one. @throws BridgeError where the wait is given up */
  async #connected(signal?: AbortSignal): Promise<Account> {
    const account = await (this.#account ?? this.#nextAccount(signal))
    if (account === undefined) throw new BridgeError('the connection to WhatsApp has ended', { isRetryable: true })
    return account
  }

  async #nextAccount(signal: AbortSignal | undefined): Promise<Account | undefined> {
    return await new Promise<Account | undefined>((resolve, reject) => {
      const tell = (account: Promise<Account | undefined>): void => resolve(account)
      this.#waiting.add(tell)
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(tell)
        reject(new BridgeError('the bridge stopped before WhatsApp was reached', { isRetryable: true }))
      })
    })
  }
}
