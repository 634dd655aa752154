import { spanInWords, type BridgeHost } from '@pons/core'
import type { UserId } from '@pons/matrix'
import type { AccountStore } from './account-store.ts'

export interface LastOnlineParts {
  readonly host: BridgeHost
  readonly store: AccountStore
  readonly name: string
  readonly owner: UserId
}

/** How long WhatsApp is trusted to keep what a device has not fetched. It does not say what it has thrown away. */
const keptMs = 14 * 86_400_000
const key = 'last-online'

/** Until when an account was connected; tells its owner when that was too long ago for everything to have been kept. */
export class LastOnline {
  readonly #parts: LastOnlineParts

  constructor(parts: LastOnlineParts) {
    this.#parts = parts
  }

  /** The account is connected now. */
  async note(): Promise<void> {
    const { host, store, name, owner } = this.#parts
    const before = await store.get(key)
    const nowMs = host.now()
    if (typeof before === 'number' && nowMs - before > keptMs) {
      const span = spanInWords(before, nowMs)
      await host.notifyUser(
        owner,
        `${name} was not connected between ${span}. WhatsApp does not keep messages for so long in all cases: some of that time may be missing here. The phone has them.`,
      )
    }
    await store.write([{ key, value: nowMs }])
  }
}
