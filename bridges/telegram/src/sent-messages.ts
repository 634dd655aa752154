import { Api } from 'telegram'
import type { Box } from './protocol/counted.ts'
import type { PeerKey } from './protocol/peer-key.ts'

export interface SentMessagesParts {
  /** The newest messages of a chat, newest first. */
  readonly newest: (peer: PeerKey, signal: AbortSignal) => Promise<readonly Api.TypeMessage[]>
  /** Takes in what has happened by now; the random ids of own messages are among it. */
  readonly resync: () => Promise<void>
}

const maxKept = 1000

/** Which message was sent under which random id, as far as the network has said. */
export class SentMessages {
  readonly #parts: SentMessagesParts
  readonly #expected = new Map<string, Box>()
  readonly #ids = new Map<string, number>()
  /** Messages that answers to our own calls brought along: they need no telling. */
  readonly #own = new Set<string>()

  constructor(parts: SentMessagesParts) {
    this.#parts = parts
  }

  expect(randomId: string, box: Box): void {
    this.#expected.set(randomId, box)
  }

  forget(randomId: string): void {
    this.#expected.delete(randomId)
  }

  /** The network says so, in an answer or in a difference. */
  learn(randomId: string, id: number): void {
    this.#ids.set(randomId, id)
    const box = this.#expected.get(randomId)
    if (box !== undefined) this.#own.add(`${box} ${id}`)
    for (const oldest of this.#ids.keys()) {
      if (this.#ids.size <= maxKept) return
      this.#ids.delete(oldest)
    }
  }

  /** True, once, for a message that is known to be ours already. */
  takeOwn(box: Box, id: number): boolean {
    return this.#own.delete(`${box} ${id}`)
  }

  /** Finds a message that Telegram says it has: by what it told of random ids, else among the newest of the chat. */
  async find(
    randomId: string,
    { peer, text, signal }: { peer: PeerKey; text: string; signal: AbortSignal },
  ): Promise<number | undefined> {
    const known = this.#ids.get(randomId)
    if (known !== undefined) return known
    await this.#parts.resync()
    const learnt = this.#ids.get(randomId)
    if (learnt !== undefined) return learnt
    const taken = new Set(this.#ids.values())
    const messages = await this.#parts.newest(peer, signal)
    const isIt = (message: Api.TypeMessage): boolean =>
      message instanceof Api.Message && message.out === true && message.message === text && !taken.has(message.id)
    return messages.find(isIt)?.id
  }
}
