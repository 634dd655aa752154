import type { StoreWrite } from '@pons/core'
import type { AccountStore } from './account-store.ts'
import type { Jid } from './ids.ts'

/** Messages that could not be decrypted when they came, and stand in their rooms as a line that says so. */
export class Placeholders {
  readonly #known: Set<string>

  private constructor(known: ReadonlySet<string>) {
    this.#known = new Set(known)
  }

  static async load(store: AccountStore): Promise<Placeholders> {
    return new Placeholders(new Set((await store.list('placeholder/')).map(({ key }) => key)))
  }

  has(chat: Jid, id: string): boolean {
    return this.#known.has(keyOf(chat, id))
  }

  /** To be stored with the line. */
  add(chat: Jid, id: string): StoreWrite {
    this.#known.add(keyOf(chat, id))
    return { key: keyOf(chat, id), value: true }
  }

  /** To be stored with what has taken the line's place. */
  resolve(chat: Jid, id: string): StoreWrite {
    this.#known.delete(keyOf(chat, id))
    return { key: keyOf(chat, id), value: undefined }
  }
}

function keyOf(chat: Jid, id: string): string {
  return `placeholder/${chat}/${id}`
}
