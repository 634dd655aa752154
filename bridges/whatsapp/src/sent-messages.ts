import type { BridgeHost } from '@pons/core'
import { isJsonObject } from '@pons/matrix'
import type { AccountStore } from './account-store.ts'
import type { Content } from './protocol/incoming.ts'
import { decodeContent, encodeContent } from './protocol/stored-content.ts'

const keptMs = 7 * 86_400_000
const maxKept = 2000

/**
 * What was sent, by id, from before it is sent: somebody who could not decrypt it asks for it again, perhaps after a restart,
 * and a repeat after a crash is the same to the byte.
 */
export class SentMessages {
  readonly #store: AccountStore
  readonly #host: BridgeHost

  constructor(store: AccountStore, host: BridgeHost) {
    this.#store = store
    this.#host = host
  }

  async get(id: string): Promise<Content | undefined> {
    const row = await this.#store.get(`sent/${id}`)
    if (!isJsonObject(row) || typeof row['content'] !== 'string') return undefined
    return decodeContent(row['content'])
  }

  async put(id: string, content: Content): Promise<void> {
    const value = { atMs: this.#host.now(), content: encodeContent(content) }
    await this.#store.write([{ key: `sent/${id}`, value }])
  }

  /** Throws away what nobody will ask for any more. */
  async prune(): Promise<void> {
    const rows = (await this.#store.list('sent/')).map(({ key, value }) => {
      const atMs = isJsonObject(value) ? value['atMs'] : undefined
      return { key, atMs: typeof atMs === 'number' ? atMs : 0 }
    })
    const newestFirst = rows.toSorted((a, b) => b.atMs - a.atMs)
    const old = newestFirst.filter(({ atMs }, index) => index >= maxKept || atMs < this.#host.now() - keptMs)
    if (old.length > 0) await this.#store.write(old.map(({ key }) => ({ key, value: undefined })))
  }
}
