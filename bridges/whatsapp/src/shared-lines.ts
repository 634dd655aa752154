import type { StoreWrite } from '@pons/core'
import type { AccountStore } from './account-store.ts'
import type { MessageName, Placeholders } from './placeholders.ts'

/** Of one login, with what its values are stored under. */
interface LinesOfLogin {
  readonly placeholders: Placeholders
  readonly store: Pick<AccountStore, 'keyed'>
}

/** The lines of all logins that are connected: in a group, what one of them could not read another may. */
export class SharedLines {
  readonly #all = new Set<LinesOfLogin>()

  /** Returns what takes them away again. */
  add(lines: LinesOfLogin): () => void {
    this.#all.add(lines)
    return () => void this.#all.delete(lines)
  }

  /** To be stored with what has taken the place of the line, whoever's it is. */
  resolve(name: MessageName): StoreWrite[] {
    return [...this.#all].flatMap(({ placeholders, store }) => store.keyed(placeholders.resolve(name)))
  }
}
