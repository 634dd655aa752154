import type { LoginId, NetworkStore } from '@pons/core'
import { accountPrefix } from '../account-prefix.ts'

/** Messages whose medium is to be seen once. Numbers of private chats and basic groups count in one row. */
export class OnceMessages {
  readonly #store: NetworkStore
  readonly #prefix: string

  constructor(store: NetworkStore, login: LoginId) {
    this.#store = store
    this.#prefix = `${accountPrefix(login)}once/`
  }

  async note(id: number): Promise<void> {
    await this.#store.set(this.#prefix + id, true)
  }

  async has(id: number): Promise<boolean> {
    return (await this.#store.get(this.#prefix + id)) === true
  }

  /** Does something with those of them that were to be seen once, and forgets them. */
  async take<T>(ids: readonly number[], use: (ids: readonly number[]) => Promise<T>): Promise<T> {
    const once = await this.#store.getMany(ids.map((id) => this.#prefix + id))
    const result = await use(ids.filter((id) => once.has(this.#prefix + id)))
    await this.#store.write([...once.keys()].map((key) => ({ key, value: undefined })))
    return result
  }
}
