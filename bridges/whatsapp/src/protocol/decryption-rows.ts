import { decoded, type AuthState } from './auth-state.ts'

/** What a ciphertext said, and which stanza it came in. */
export interface DecryptionRow {
  readonly plain: Uint8Array
  readonly attrs: Readonly<Record<string, string>>
  /** Rows of the same log in the order of their decryption. */
  readonly position: number
}

interface StoredRow {
  readonly key: string
  readonly value: unknown
}

export interface DecryptionRowsParts {
  readonly auth: Pick<AuthState, 'keyOf'>
  readonly list: (prefix: string) => Promise<readonly StoredRow[]>
}

/** Where the log keeps its rows, each under the hash of its ciphertext, and the marks of those that are dealt with. */
export class DecryptionRows {
  readonly #parts: DecryptionRowsParts

  constructor(parts: DecryptionRowsParts) {
    this.#parts = parts
  }

  keyOf(hash: string): string {
    return this.#parts.auth.keyOf('journal', hash)
  }

  doneKeyOf(hash: string): string {
    return this.#parts.auth.keyOf('journal-done', hash)
  }

  /** In the order of their decryption. */
  async all(): Promise<{ readonly hash: string; readonly row: DecryptionRow; readonly isDone: boolean }[]> {
    const { list } = this.#parts
    const prefix = this.keyOf('')
    const stored = await list(prefix)
    const done = new Set((await list(this.doneKeyOf(''))).map(({ key }) => key))
    const rows = stored.flatMap(({ key, value }) => {
      if (typeof value !== 'string') return []
      const hash = key.slice(prefix.length)
      return [{ hash, row: decoded(value) as DecryptionRow, isDone: done.has(this.doneKeyOf(hash)) }]
    })
    return rows.toSorted((a, b) => a.row.position - b.row.position)
  }
}
