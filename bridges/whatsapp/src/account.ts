import type {
  ChatKey,
  ChatSnapshot,
  DownloadedMedia,
  HistoryRequest,
  LoginAccount,
  LoginId,
  OpenedChat,
  ReceiptIntent,
  RemoteAction,
  RemoteMessage,
  RemoteUser,
  RemoteUserId,
  TransmitContext,
  Transmitted,
} from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import type { AccountLife } from './account-life.ts'
import type { ChatInfo } from './chat-info.ts'
import { findChat } from './find-chat.ts'
import { findContact } from './find-contact.ts'
import { fetchMedia, type FetchParts } from './from-network/fetch-media.ts'
import { readHistory, type KeptHistory } from './from-network/read-history.ts'
import { jidOfChat, jidOfUser, type Jid } from './ids.ts'
import type { People } from './people.ts'
import type { Connection } from './protocol/connection.ts'
import type { Questions } from './questions.ts'
import { asAction } from './to-network/actions.ts'
import { sendReceipt } from './to-network/send-receipt.ts'
import { sendTyping } from './to-network/send-typing.ts'
import type { TransmitParts } from './to-network/transmit-parts.ts'
import { transmit } from './to-network/transmit.ts'
import type { Unread } from './unread.ts'

export interface AccountParts {
  readonly login: LoginId
  readonly life: AccountLife
  readonly connection: Connection
  readonly questions: Questions
  readonly info: ChatInfo
  readonly people: People
  readonly unread: Unread
  readonly history: KeptHistory
  readonly transmitting: TransmitParts
  readonly fetching: Omit<FetchParts, 'socket'>
}

/** One account, connected: what the library is needed for. Made anew for every `connect`. */
export class Account implements LoginAccount {
  readonly life: AccountLife
  readonly #parts: AccountParts

  constructor(parts: AccountParts) {
    this.life = parts.life
    this.#parts = parts
  }

  /** Ends the login on WhatsApp's side: the phone no longer lists the device. */
  async logOut(): Promise<void> {
    await this.#parts.connection.logOut()
  }

  async transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    return await transmit(this.#parts.transmitting, asAction(action), context)
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    return await this.#snapshot(jidOfChat(chat))
  }

  async userInfo(user: RemoteUserId): Promise<RemoteUser> {
    const { questions, info } = this.#parts
    return await questions.ask(async (socket) => await info.user(socket, jidOfUser(user)))
  }

  async history(request: HistoryRequest): Promise<RemoteMessage[]> {
    return await readHistory(this.#parts.history, request)
  }

  async find(identifier: string): Promise<OpenedChat | undefined> {
    const { login, people, questions } = this.#parts
    const contact = async (text: string): Promise<Jid | undefined> =>
      await questions.ask(async (socket) => await findContact(socket, people, text))
    const snapshot = async (chat: Jid): Promise<ChatSnapshot> => await this.#snapshot(chat)
    return await findChat({ login, people, contact, snapshot }, identifier)
  }

  async media(source: JsonObject): Promise<DownloadedMedia> {
    const { questions, fetching } = this.#parts
    return await questions.ask(async (socket) => await fetchMedia({ socket, ...fetching }, source))
  }

  async setTyping(chat: ChatKey, isTyping: boolean): Promise<void> {
    const { connection, people } = this.#parts
    await sendTyping({ socket: connection.current, people }, jidOfChat(chat), isTyping)
  }

  async markRead(receipt: ReceiptIntent): Promise<void> {
    const { connection, people, unread } = this.#parts
    await sendReceipt({ socket: connection.current, people, unread }, receipt)
  }

  async #snapshot(chat: Jid): Promise<ChatSnapshot> {
    const { questions, info } = this.#parts
    return await questions.ask(async (socket) => await info.snapshot(socket, chat))
  }
}
