import { closeSync, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'

/** Resolves when the disk has what was written to the open file before the call. */
export type SyncData = (descriptor: number) => Promise<void>

export const syncData: SyncData = promisify(fdatasync)

/**
 * Brings what SQLite has committed to the disk without holding up the event loop. With `synchronous=NORMAL` SQLite itself syncs its
 * log only before it copies it into the file: that keeps the file whole through a power cut, and this keeps the newest commits.
 * https://sqlite.org/pragma.html#pragma_synchronous
 */
export class WriteAheadLog implements Disposable {
  readonly #path: string
  readonly #syncData: SyncData
  #descriptor: number | undefined
  #failure: Error | undefined

  constructor(file: string, sync: SyncData) {
    this.#path = `${file}-wal`
    this.#syncData = sync
  }

  /**
   * Nothing is known of the commits that a failed sync was for, nor of those before the next one that goes well, so there is no
   * next one.
   * @throws Error when a sync has failed
   */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** Resolves when everything committed before the call is on the disk. */
  async sync(): Promise<void> {
    try {
      // The log is there from the first commit until the last connection is closed, and it is never another file.
      this.#descriptor ??= openSync(this.#path, 'r+')
      await this.#syncData(this.#descriptor)
    } catch (error) {
      this.#failure = new Error('The disk did not take a commit; nothing more is written until a restart', {
        cause: error,
      })
      throw this.#failure
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}
