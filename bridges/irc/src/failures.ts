import type { BridgeError } from '@pons/core'

/** Tells those who wait for a connection why it cannot be had now, in place of letting them wait for ever. */
export class Failures {
  readonly #waiters = new Set<(error: BridgeError) => void>()

  /** Rejects with words for a person when a try to connect fails; never resolves. Ends with the signal. */
  async next(signal: AbortSignal): Promise<never> {
    return await new Promise((_, reject) => {
      this.#waiters.add(reject)
      signal.addEventListener('abort', () => this.#waiters.delete(reject), { once: true })
    })
  }

  note(error: BridgeError): void {
    for (const reject of this.#waiters) reject(error)
  }
}
