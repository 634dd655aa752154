import type { Jid } from './ids.ts'

export interface PicturesParts {
  /** Has it been learnt already whether they have one? */
  readonly isKnown: (person: Jid) => boolean
  /** Asks WhatsApp, and takes note of the answer. */
  readonly ask: (person: Jid, group: Jid) => Promise<void>
  readonly pause: () => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Whoever speaks while so many wait is asked about when they speak again. */
const maxWaiting = 500

/**
 * Pictures of people who are met in groups alone: asked for when somebody speaks, once, one after another and with a pause in
 * between. WhatsApp limits those who ask for many.
 */
export class Pictures {
  readonly #parts: PicturesParts
  readonly #waiting = new Map<Jid, Jid>()
  /** Who has been asked about since the start, whatever came of it. */
  readonly #asked = new Set<Jid>()
  #isRunning = false

  constructor(parts: PicturesParts) {
    this.#parts = parts
  }

  /** Somebody has spoken in a group. */
  want(person: Jid, group: Jid): void {
    if (this.#parts.isKnown(person) || this.#asked.has(person) || this.#waiting.size >= maxWaiting) return
    this.#waiting.set(person, group)
    if (!this.#isRunning) void this.#run()
  }

  /** They have another one: it is asked for when they speak again. */
  changed(person: Jid): void {
    this.#asked.delete(person)
  }

  stop(): void {
    this.#waiting.clear()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const [person, group] = next
      this.#asked.add(person)
      await this.#parts.ask(person, group).catch(this.#parts.onError)
      await this.#parts.pause()
    }
    this.#isRunning = false
  }

  #take(): [Jid, Jid] | undefined {
    const [first] = this.#waiting
    if (first !== undefined) this.#waiting.delete(first[0])
    return first
  }
}
