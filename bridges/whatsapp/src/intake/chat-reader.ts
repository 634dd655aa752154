import { AskedAnew } from '@pons/core'
import { readSnapshot } from '../chat-info.ts'
import type { Jid } from '../ids.ts'
import type { Connection } from '../protocol/connection.ts'
import type { AccountContext } from '../remote-context.ts'
import type { Intake } from './intake.ts'
import { snapshotEvent } from './snapshot-event.ts'

export interface ChatReaderParts {
  readonly known: AccountContext
  readonly intake: Intake
  readonly connection: Connection
}

/** Reads chats anew that changed in ways that no message says. Asking goes on beside the queue; the answer takes its turn. */
export class ChatReader {
  readonly #parts: ChatReaderParts
  readonly #asked = new AskedAnew<Jid>(
    async (chat) => await this.#read(chat),
    (error) => this.#parts.known.host.logger.warn({ err: error }, 'chat could not be read anew'),
  )

  constructor(parts: ChatReaderParts) {
    this.#parts = parts
  }

  readAnew(chat: Jid): void {
    this.#asked.ask(chat)
  }

  async #read(chat: Jid): Promise<void> {
    const { known, intake, connection } = this.#parts
    const socket = connection.current
    if (socket === undefined) return
    const snapshot = await readSnapshot(known, socket, chat)
    await intake.take(() => ({ events: [{ ...snapshotEvent(known, chat, true), snapshot }], writes: [] }))
  }
}
