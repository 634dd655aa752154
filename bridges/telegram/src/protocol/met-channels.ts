import type { Box } from './counted.ts'
import type { EngineOptions } from './engine-options.ts'
import type { PeerKey } from './peer-key.ts'

/** Channels that are met for the first time: of each is asked, once at a time, what it was before. */
export class MetChannels {
  readonly #options: Pick<EngineOptions, 'formerOf' | 'onError' | 'signal'>
  readonly #asked = new Set<Box>()

  constructor(options: Pick<EngineOptions, 'formerOf' | 'onError' | 'signal'>) {
    this.#options = options
  }

  /** `then` is given the group that it was made of; undefined where there was none, or that could not be found out. */
  ask(box: Box, then: (former: PeerKey | undefined) => void): void {
    const { formerOf, onError, signal } = this.#options
    if (this.#asked.has(box)) return
    this.#asked.add(box)
    void formerOf(box)
      .catch((error: unknown) => onError(error))
      .then((former) => {
        this.#asked.delete(box)
        if (!signal.aborted) then(former ?? undefined)
      })
  }
}
