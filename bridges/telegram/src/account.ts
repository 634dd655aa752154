import {
  BridgeError,
  type ChatKey,
  type ChatSnapshot,
  type DownloadedMedia,
  type HistoryRequest,
  type LoginAccount,
  type OpenedChat,
  type RemoteAction,
  type RemoteMessage,
  type RemoteMessageId,
  type RemoteUser,
  type RemoteUserId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { Api } from 'telegram'
import type { AccountLife } from './account-life.ts'
import { readSnapshot } from './chat-info.ts'
import type { ConnectionNews } from './connection-news.ts'
import { findChat } from './find-chat.ts'
import { fetchMedia, type Files } from './from-network/fetch-media.ts'
import { messageEvent } from './from-network/message-event.ts'
import type { Naming } from './from-network/naming.ts'
import { readUpTo } from './from-network/read-up-to.ts'
import { numberOfMessage, peerOfChat, peerOfUser } from './ids.ts'
import { isLoginOver } from './protocol/is-login-over.ts'
import { UnansweredError } from './protocol/unanswered-error.ts'
import type { Reader } from './reader.ts'
import { asAction } from './to-network/actions.ts'
import { sendReceipt } from './to-network/send-receipt.ts'
import { sendTyping } from './to-network/send-typing.ts'
import type { TransmitParts } from './to-network/transmit-parts.ts'
import { transmit } from './to-network/transmit.ts'

export interface AccountParts {
  readonly life: AccountLife
  readonly news: ConnectionNews
  readonly reader: Reader
  readonly files: Files
  readonly naming: Naming
  readonly transmitting: TransmitParts
}

/** One account, connected: what the library is needed for. Made anew for every connection. */
export class Account implements LoginAccount {
  readonly life: AccountLife
  readonly #parts: AccountParts

  constructor(parts: AccountParts) {
    this.life = parts.life
    this.#parts = parts
  }

  /** Ends the login on Telegram's side. */
  async logOut(): Promise<void> {
    const { news, reader } = this.#parts
    if (!news.over.aborted) await reader.call(new Api.auth.LogOut())
  }

  async transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    try {
      return await transmit(this.#parts.transmitting, asAction(action), context)
    } catch (error) {
      if (!(error instanceof UnansweredError) && !isLoginOver(error)) throw error
      throw new BridgeError('Telegram did not answer before the connection ended', {
        isRetryable: true,
        isCertain: false,
      })
    }
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    const { reader, naming } = this.#parts
    return await readSnapshot(reader, naming.people, peerOfChat(chat))
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    return await this.#parts.naming.people.user(peerOfUser(user))
  }

  async find(identifier: string): Promise<OpenedChat | undefined> {
    const { reader, naming } = this.#parts
    return await findChat(reader, naming.people, identifier)
  }

  async history({ chat, limit, before }: HistoryRequest): Promise<RemoteMessage[]> {
    const { reader, naming } = this.#parts
    const peer = peerOfChat(chat)
    const offset = before === undefined ? undefined : numberOfMessage(before, peer, naming.people.login)
    const page = { peer, limit, ...(offset !== undefined && { before: offset }) }
    const messages = await readUpTo(reader, page)
    const found: RemoteMessage[] = []
    for (const message of messages.toReversed()) {
      if (message instanceof Api.Message) found.push(await messageEvent(naming, message))
    }
    return found
  }

  async media(source: JsonObject): Promise<DownloadedMedia> {
    return await fetchMedia(this.#parts.files, source)
  }

  async setTyping(chat: ChatKey, isTyping: boolean): Promise<void> {
    await sendTyping(this.#parts.reader, peerOfChat(chat), isTyping)
  }

  async markRead(chat: ChatKey, upTo: RemoteMessageId): Promise<void> {
    const { reader, transmitting } = this.#parts
    await sendReceipt({ ...transmitting, call: reader.call }, peerOfChat(chat), upTo)
  }
}
