import type { StoreWrite } from '@pons/core'
import type { AccountStore } from '../account-store.ts'
import { isGroup } from '../ids.ts'
import type { MessageName, Placeholder, Placeholders } from '../placeholders.ts'
import type { SharedLines } from '../shared-lines.ts'

export interface AccountLinesParts {
  readonly store: Pick<AccountStore, 'keyed'>
  readonly placeholders: Placeholders
  /** Of all logins, this one among them. */
  readonly shared: SharedLines
}

/** The lines of an account that stand for messages; in a group, another login's may be the one. */
export class AccountLines {
  readonly #parts: AccountLinesParts

  constructor(parts: AccountLinesParts) {
    this.#parts = parts
  }

  has(name: MessageName): boolean {
    return this.#parts.placeholders.has(name)
  }

  /** To be stored with the line. */
  add(placeholder: Placeholder): StoreWrite[] {
    const { store, placeholders } = this.#parts
    return store.keyed([placeholders.add(placeholder)])
  }

  /** To be stored with what takes the place of the line; nothing where there is none. */
  resolve(name: MessageName): StoreWrite[] {
    const { store, placeholders, shared } = this.#parts
    return isGroup(name.chat) ? shared.resolve(name) : store.keyed(placeholders.resolve(name))
  }
}
