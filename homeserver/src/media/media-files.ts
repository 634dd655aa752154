import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Uploaded bytes as files that only their owner may read, spread over folders by the first letters of their id. */
export class MediaFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes all or nothing: to a file of its own, synced, then put in place. Returns the size in bytes. */
  async write(mediaId: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    const path = this.#pathOf(mediaId)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const temporary = `${path}.${randomBytes(4).toString('hex')}`
    const file = await open(temporary, 'wx', 0o600)
    let sizeBytes = 0
    try {
      for await (const chunk of bytes) {
        await file.write(chunk)
        sizeBytes += chunk.byteLength
      }
      await file.sync()
      await file.close()
      await rename(temporary, path)
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
      throw error
    }
    return sizeBytes
  }

  read(mediaId: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(mediaId)) as AsyncIterable<Uint8Array>
  }

  async remove(mediaId: string): Promise<void> {
    await rm(this.#pathOf(mediaId), { force: true })
  }

  /** Media ids are made of letters that mean nothing in a path (`isMxcUri`). */
  #pathOf(mediaId: string): string {
    return join(this.#folder, mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId)
  }
}
