import { AskedAnew, type BridgeHost, type Intake, type RemoteEvent } from '@pons/core'
import { readSnapshot } from '../chat-info.ts'
import { chatKeyOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'

export interface ChatReaderParts {
  readonly host: Pick<BridgeHost, 'now'>
  readonly people: People
  readonly account: Pick<Reader, 'call'>
  readonly intake: Intake
  readonly onError: (error: unknown) => void
}

let counter = 0

/** Reads chats anew that changed in ways that no message says. Asking goes on beside the queue; the answer takes its turn. */
export class ChatReader {
  readonly #parts: ChatReaderParts
  readonly #asked: AskedAnew<PeerKey>

  constructor(parts: ChatReaderParts) {
    this.#parts = parts
    this.#asked = new AskedAnew(async (peer) => await this.#read(peer), parts.onError)
  }

  readAnew(peer: PeerKey): void {
    this.#asked.ask(peer)
  }

  async #read(peer: PeerKey): Promise<void> {
    const { host, people, account, intake } = this.#parts
    const { login } = people
    const snapshot = await readSnapshot(account, people, peer)
    await intake.take(() => {
      const [chat, nowMs] = [chatKeyOf(peer, login), host.now()]
      const id = `snapshot:${nowMs}:${counter++}` as RemoteEvent['id']
      return { events: [{ kind: 'snapshot', chat, id, timestampMs: nowMs, login, snapshot }], writes: [] }
    })
  }
}
