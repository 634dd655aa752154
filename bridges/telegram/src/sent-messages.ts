import type { Box } from './protocol/counted.ts'

const maxKept = 1000

/** Which message was sent under which random id, as far as the network has said. */
export class SentMessages {
  readonly #expected = new Map<string, Box>()
  readonly #ids = new Map<string, number>()
  /** Messages that answers to our own calls brought along: they need no telling. */
  readonly #own = new Set<string>()

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

  idOf(randomId: string): number | undefined {
    return this.#ids.get(randomId)
  }

  /** Those that are known to have been sent under one random id or another. */
  takenIds(): ReadonlySet<number> {
    return new Set(this.#ids.values())
  }
}
