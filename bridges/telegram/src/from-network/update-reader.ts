import type { BridgeHost, Intake, RemoteEvent } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf, messageIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { AccountStore } from '../protocol/account-store.ts'
import { boxOf } from '../protocol/counted.ts'
import type { UpdateItem } from '../protocol/engine-options.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'
import type { SentMessages } from '../sent-messages.ts'
import type { ChatReader } from './chat-reader.ts'
import { edgeNotice } from './edge-notice.ts'
import { editEvents } from './edit-events.ts'
import { foundMove } from './found-move.ts'
import { handleReceipt } from './handle-receipt.ts'
import { handleTyping } from './handle-typing.ts'
import { messageEvents } from './message-events.ts'
import type { OnceMessages } from './once-messages.ts'
import { reactionEvents } from './reaction-events.ts'
import { redactionEvent } from './redaction-event.ts'
import { redactionEvents } from './redaction-events.ts'

export interface UpdateReaderParts {
  readonly host: BridgeHost
  readonly store: AccountStore
  readonly intake: Intake
  readonly account: Reader
  readonly people: People
  readonly sent: SentMessages
  readonly once: OnceMessages
  readonly chats: ChatReader
}

/** Says of updates what they are as events, each kind handed to its handler. */
export class UpdateReader {
  readonly #parts: UpdateReaderParts

  constructor(parts: UpdateReaderParts) {
    this.#parts = parts
  }

  /**
   * One thing that cannot be read must not hold up all that come after it. Where what it speaks of could not be looked for in
   * our own store, that is no fault of it: it waits for the store.
   */
  async read(update: UpdateItem): Promise<readonly RemoteEvent[]> {
    const { host, store, intake } = this.#parts
    return await this.#eventsOf(update)
      .catch(async () => {
        await intake.patiently(() => store.get('state'))
        return await this.#eventsOf(update)
      })
      .catch((error: unknown) => {
        if (intake.signal.aborted) throw error
        host.logger.error({ err: error, update: update.className }, 'update could not be read')
        return []
      })
  }

  /** None for what is not worth one. */
  async #eventsOf(update: UpdateItem): Promise<readonly RemoteEvent[]> {
    const { host, people, once } = this.#parts
    const { login } = people
    switch (update.className) {
      case 'FoundEdge':
        return [edgeNotice(login, update, host.now())]
      case 'FoundMove':
        return [await foundMove(people, update, host.now())]
      case 'FoundMessage':
        return await messageEvents(this.#parts, update.message)
    }
    if (update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage)
      return await messageEvents(this.#parts, update.message)
    if (update instanceof Api.UpdateEditMessage || update instanceof Api.UpdateEditChannelMessage)
      return await editEvents({ host, people, once }, update.message)
    if (update instanceof Api.UpdateDeleteMessages) return await redactionEvents({ host, login }, update.messages)
    if (update instanceof Api.UpdateDeleteChannelMessages) return this.#deletedIn(update)
    if (update instanceof Api.UpdateReadMessagesContents)
      return await once.take(update.messages, async (gone) => await redactionEvents({ host, login }, gone))
    return await this.#passing(update)
  }

  #deletedIn({ channelId, messages }: Api.UpdateDeleteChannelMessages): readonly RemoteEvent[] {
    const { host, people } = this.#parts
    const { login } = people
    const peer = boxOf(channelId) as PeerKey
    const chat = chatKeyOf(peer, login)
    return messages.map((id) =>
      redactionEvent(login, { chat, target: messageIdOf(peer, id, login), nowMs: host.now() }),
    )
  }

  /** What no box counts. */
  async #passing(update: Api.TypeUpdate): Promise<readonly RemoteEvent[]> {
    const { host, account, people, chats } = this.#parts
    if (update instanceof Api.UpdateMessageReactions)
      return await reactionEvents({ people, account, nowMs: host.now() }, update)
    if (update instanceof Api.UpdateChatParticipants) chats.readAnew(`g${update.participants.chatId.toString()}`)
    else if (update instanceof Api.UpdateChannel) chats.readAnew(`c${update.channelId.toString()}`)
    else if (update instanceof Api.UpdateChat) chats.readAnew(`g${update.chatId.toString()}`)
    else {
      handleTyping({ host, login: people.login }, update)
      handleReceipt({ host, login: people.login }, update)
    }
    return []
  }
}
