import { AskedAnew, type BridgeHost, type Intake, type LoginId } from '@pons/core'
import type { ChatInfo } from '../chat-info.ts'
import type { Jid } from '../ids.ts'
import type { Connection } from '../protocol/connection.ts'
import { snapshotEvent } from './snapshot-event.ts'

export interface ChatReaderParts {
  readonly host: Pick<BridgeHost, 'logger' | 'now'>
  readonly login: LoginId
  readonly info: ChatInfo
  readonly intake: Intake
  readonly connection: Connection
}

/** Reads chats anew that changed in ways that no message says. Asking goes on beside the queue; the answer takes its turn. */
export class ChatReader {
  readonly #parts: ChatReaderParts
  readonly #asked = new AskedAnew<Jid>(
    async (chat) => await this.#read(chat),
    (error) => this.#parts.host.logger.warn({ err: error }, 'chat could not be read anew'),
  )

  constructor(parts: ChatReaderParts) {
    this.#parts = parts
  }

  readAnew(chat: Jid): void {
    this.#asked.ask(chat)
  }

  async #read(chat: Jid): Promise<void> {
    const { host, login, info, intake, connection } = this.#parts
    const socket = connection.current
    if (socket === undefined) return
    const snapshot = await info.snapshot(socket, chat)
    await intake.take(() => {
      const event = snapshotEvent(login, { chat, snapshot, nowMs: host.now(), createsPortal: true })
      return { events: [event], writes: [] }
    })
  }
}
