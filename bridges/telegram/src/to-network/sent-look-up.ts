import { Api } from 'telegram'
import { isRefusal } from '../protocol/is-refusal.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { UnansweredError } from '../protocol/unanswered-error.ts'
import type { SentMessages } from '../sent-messages.ts'

export interface SentLookUpParts {
  readonly sent: SentMessages
  /** The messages of a chat before one of them, or its newest where that is undefined; newest first. */
  readonly page: (peer: PeerKey, before: number | undefined) => Promise<readonly Api.TypeMessage[]>
  /** Takes in what has happened by now; the random ids of own messages are among it. */
  readonly resync: () => Promise<void>
}

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

/** Finds messages that Telegram says it has. */
export class SentLookUp {
  readonly #parts: SentLookUpParts

  constructor(parts: SentLookUpParts) {
    this.#parts = parts
  }

  /**
   * By what it told of random ids, else back through the chat to when it was sent.
   * undefined where it is not found, or the chat may not be read: it was sent all the same. @throws UnansweredError when stopped
   */
  async find(randomId: string, wanted: Wanted): Promise<number | undefined> {
    const { sent, resync } = this.#parts
    const known = sent.idOf(randomId)
    if (known !== undefined) return known
    await resync()
    return sent.idOf(randomId) ?? (await this.#lookBack(wanted).catch(unlessRefused))
  }

  async #lookBack({ peer, text, sinceMs, signal }: Wanted): Promise<number | undefined> {
    const { sent, page: readPage } = this.#parts
    const taken = sent.takenIds()
    const isIt = (message: Api.TypeMessage): boolean =>
      message instanceof Api.Message && message.out === true && message.message === text && !taken.has(message.id)
    let before: number | undefined
    for (let page = 0; page < maxPages; page++) {
      if (signal.aborted) throw new UnansweredError('the look-up was broken off')
      const messages = await readPage(peer, before)
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
