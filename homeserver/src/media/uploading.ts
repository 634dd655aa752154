import type { UserId } from '@pons/matrix'
import type { MediaUsage } from '../storage/media-store.ts'

/** One upload that is being written. */
export interface Upload {
  readonly mediaId: string
  files: number
  bytes: number
}

/** What is on its way to the disk, and nowhere else yet. */
export class Uploading {
  /** In the order in which they began. */
  readonly #byOwner = new Map<UserId, Set<Upload>>()
  readonly #mediaIds = new Set<string>()

  has(mediaId: string): boolean {
    return this.#mediaIds.has(mediaId)
  }

  /** @param files how many files more its owner has with it */
  begin(owner: UserId, mediaId: string, files: number): Upload {
    const upload = { mediaId, files, bytes: 0 }
    const all = this.#byOwner.get(owner) ?? new Set()
    this.#byOwner.set(owner, all.add(upload))
    this.#mediaIds.add(mediaId)
    return upload
  }

  /** Its row will count it. Until that can be read it is counted nowhere, and never twice. */
  written(upload: Upload): void {
    upload.files = 0
    upload.bytes = 0
  }

  end(owner: UserId, upload: Upload): void {
    const all = this.#byOwner.get(owner)
    if (!all?.delete(upload)) return
    if (all.size === 0) this.#byOwner.delete(owner)
    this.#mediaIds.delete(upload.mediaId)
  }

  /** What the owner had begun before that one, or at all: of many at once the first ones pass, not none of them. */
  before(owner: UserId, upload?: Upload): MediaUsage {
    let [files, bytes] = [0, 0]
    for (const other of this.#byOwner.get(owner) ?? []) {
      if (other === upload) break
      files += other.files
      bytes += other.bytes
    }
    return { files, bytes }
  }
}
