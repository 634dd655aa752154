import { formatLine } from './line.ts'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Questions whose answers tell that the server has handled all that was written before them. */
export class Barriers {
  readonly #waiting = new Map<string, Waiter>()
  #count = 0

  /** Resolves when the server has answered the line that is given to `write`; rejects when the connection ends first. */
  async pass(write: (line: string) => void): Promise<void> {
    const token = `pons-b${++this.#count}`
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.set(token, { resolve, reject })
    write(formatLine('PING', [token]))
    await promise
  }

  /** Is it the token of one that waits? It waits no longer, then. */
  take(token: string): boolean {
    const waiter = this.#waiting.get(token)
    this.#waiting.delete(token)
    waiter?.resolve()
    return waiter !== undefined
  }

  /** The connection has ended. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(connectionEnded())
    this.#waiting.clear()
  }
}

export function connectionEnded(): Error {
  return new Error('the connection has ended')
}
