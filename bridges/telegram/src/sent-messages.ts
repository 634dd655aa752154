import { Api } from 'telegram'
import { isRefusal, UnansweredError } from './protocol/call.ts'
import type { Box } from './protocol/counted.ts'
import type { PeerKey } from './protocol/peer-key.ts'

export interface SentMessagesParts {
  /** The messages of a chat before one of them, or its newest where that is undefined; newest first. */
  readonly page: (peer: PeerKey, before: number | undefined) => Promise<readonly Api.TypeMessage[]>
  /** Takes in what has happened by now; the random ids of own messages are among it. */
  readonly resync: () => Promise<void>
}

const maxKept = 1000
/** The most that is read back to find a message: what others said since may be much. */
const maxPages = 50
/** The clocks of this host and of Telegram differ by less. */
const slackSeconds = 600

export interface Wanted {
  readonly peer: PeerKey
  readonly text: string
  /** When it may have been sent first, milliseconds since 1970. */
  readonly sinceMs: number | undefined
  readonly signal: AbortSignal
}

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

  /**
   * Finds a message that Telegram says it has: by what it told of random ids, else back through the chat to when it was sent.
   * undefined where it is not found, or the chat may not be read: it was sent all the same. @throws UnansweredError when stopped
   */
  async find(randomId: string, wanted: Wanted): Promise<number | undefined> {
    const known = this.#ids.get(randomId)
    if (known !== undefined) return known
    await this.#parts.resync()
    return this.#ids.get(randomId) ?? (await this.#lookBack(wanted).catch(unlessRefused))
  }

  async #lookBack({ peer, text, sinceMs, signal }: Wanted): Promise<number | undefined> {
    const taken = new Set(this.#ids.values())
    const isIt = (message: Api.TypeMessage): boolean =>
      message instanceof Api.Message && message.out === true && message.message === text && !taken.has(message.id)
    let before: number | undefined
    for (let page = 0; page < maxPages; page++) {
      if (signal.aborted) throw new UnansweredError('the look-up was broken off')
      const messages = await this.#parts.page(peer, before)
      const found = messages.find(isIt)
      const oldest = messages.at(-1)
      if (found !== undefined || oldest === undefined || sinceMs === undefined) return found?.id
      if ('date' in oldest && oldest.date < sinceMs / 1000 - slackSeconds) return undefined
      before = oldest.id
    }
    return undefined
  }
}

function unlessRefused(error: unknown): undefined {
  if (!isRefusal(error)) throw error
}
