import { randomBytes } from 'node:crypto'
import type { Database, Transaction } from '@pons/database'
import {
  cannotOverwriteMedia,
  forbidden,
  limitExceeded,
  MatrixError,
  mxcUriOf,
  notFound,
  notYetUploaded,
  resourceLimitExceeded,
  type MxcUri,
  type ServerName,
  type UserId,
  type Clock,
} from '@pons/matrix'
import { MediaStore, type MediaRecord, type MediaUsage } from '../storage/media-store.ts'
import { MediaFiles } from './media-files.ts'
import { Uploading, type Upload as UnderWay } from './uploading.ts'

export interface MediaOptions {
  readonly database: Database
  readonly folder: string
  readonly serverName: ServerName
  readonly clock: Clock
  readonly quota: MediaQuota
}

export interface MediaQuota {
  /** Of one user. */
  readonly bytes: number
  readonly files: number
  /** Application services, whose media is what others said. */
  readonly isExempt: (owner: UserId) => boolean
}

export interface Upload {
  readonly contentType?: string | undefined
  readonly fileName?: string | undefined
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface Download {
  readonly contentType: string
  readonly fileName?: string
  readonly sizeBytes: number
  readonly bytes: AsyncIterable<Uint8Array>
}

/** How long a reserved id may be uploaded to, and how many one user may hold. */
const reservationMs = 24 * 60 * 60 * 1000
const maxReserved = 1000

/** The content repository, for media of this server. */
export class Media {
  readonly #options: MediaOptions
  readonly #store: MediaStore
  readonly #files: MediaFiles
  readonly #uploading = new Uploading()
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(options: MediaOptions) {
    this.#options = options
    this.#store = new MediaStore(options.database)
    this.#files = new MediaFiles(options.folder)
  }

  /** @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async upload(owner: UserId, upload: Upload): Promise<MxcUri> {
    const mediaId = randomBytes(18).toString('base64url')
    await this.#written({ owner, mediaId, upload, files: 1 }, async (tx, sizeBytes) => {
      const createdMs = this.#options.clock.now()
      await this.#store.insert(tx, { mediaId, owner, ...described(upload), sizeBytes, createdMs })
    })
    return mxcUriOf(this.#options.serverName, mediaId)
  }

  /** An id to be uploaded to later (MSC2246). */
  async reserve(owner: UserId): Promise<{ uri: MxcUri; expiresMs: number }> {
    await this.#checkQuota(owner)
    const nowMs = this.#options.clock.now()
    const mediaId = randomBytes(18).toString('base64url')
    await this.#options.database.transaction(async (tx) => {
      await this.#addUsage(tx, owner, { files: 1, bytes: 0 })
      const held = await this.#store.countReserved(tx, owner, nowMs - reservationMs)
      if (held >= maxReserved) throw limitExceeded(60_000)
      await this.#store.insert(tx, { mediaId, owner, createdMs: nowMs })
    })
    return { uri: mxcUriOf(this.#options.serverName, mediaId), expiresMs: nowMs + reservationMs }
  }

  async uploadReserved(owner: UserId, mediaId: string, upload: Upload): Promise<void> {
    // Two uploads to one id would write one file.
    if (this.#uploading.has(mediaId)) throw cannotOverwriteMedia('this media id is being uploaded to')
    await this.#written({ owner, mediaId, upload, files: 0 }, async (tx, sizeBytes) => {
      if (!(await this.#store.complete(tx, mediaId, { ...described(upload), sizeBytes })))
        throw cannotOverwriteMedia('this media id has been uploaded to')
    })
    for (const wake of this.#waiting.get(mediaId) ?? []) wake()
  }

  /** Waits for an announced upload as long as the requester wants. @throws MatrixError M_NOT_FOUND, M_NOT_YET_UPLOADED */
  async download(server: string, mediaId: string, timeoutMs: number): Promise<Download> {
    // Without federation there is no media but our own.
    if (server !== this.#options.serverName) throw notFound('media of other servers is not available here')
    let media = await this.#store.find(mediaId)
    if (media !== undefined && media.sizeBytes === undefined) {
      media = await this.#uploaded(mediaId, timeoutMs)
      if (media?.sizeBytes === undefined) throw notYetUploaded('this media has not been uploaded yet')
    }
    if (media?.sizeBytes === undefined) throw notFound('no such media')
    return {
      contentType: media.contentType ?? 'application/octet-stream',
      ...(media.fileName !== undefined && { fileName: media.fileName }),
      sizeBytes: media.sizeBytes,
      bytes: this.#files.read(mediaId),
    }
  }

  /** @throws MatrixError M_NOT_FOUND, M_FORBIDDEN, M_CANNOT_OVERWRITE_MEDIA */
  async #checkReserved(owner: UserId, mediaId: string): Promise<void> {
    const media = await this.#store.find(mediaId)
    const isExpired = media !== undefined && media.createdMs + reservationMs < this.#options.clock.now()
    if (media === undefined || (media.sizeBytes === undefined && isExpired)) throw notFound('no such media id')
    if (media.owner !== owner) throw forbidden('this media id was made for somebody else')
    if (media.sizeBytes !== undefined) throw cannotOverwriteMedia('this media id has been uploaded to')
  }

  /** Writes the file, and then whatever says so. */
  async #written(
    { owner, mediaId, upload, files }: { owner: UserId; mediaId: string; upload: Upload; files: 0 | 1 },
    record: (tx: Transaction, sizeBytes: number) => Promise<void>,
  ): Promise<void> {
    const underWay = this.#uploading.begin(owner, mediaId, files)
    try {
      // Only now: whoever was told before it began that nothing had been uploaded would write over what has been since.
      if (files === 0) await this.#checkReserved(owner, mediaId)
      await this.#checkQuota(owner, underWay)
      const sizeBytes = await this.#files.write(mediaId, this.#counted(owner, underWay, upload.bytes))
      this.#uploading.written(underWay)
      await this.#recorded(mediaId, async (tx) => {
        await this.#addUsage(tx, owner, { files, bytes: sizeBytes })
        await record(tx, sizeBytes)
      })
    } finally {
      this.#uploading.end(owner, underWay)
    }
  }

  /** What is refused leaves no file. Any other failure may be one of the answer alone, to a commit that was made. */
  async #recorded(mediaId: string, record: (tx: Transaction) => Promise<void>): Promise<void> {
    try {
      await this.#options.database.transaction(record)
    } catch (error) {
      if (error instanceof MatrixError) await this.#files.remove(mediaId)
      throw error
    }
  }

  /** Of many uploads that end at once those pass that end first: each may go over the limit, by its own size alone. */
  async #addUsage(tx: Transaction, owner: UserId, more: MediaUsage): Promise<void> {
    const { quota } = this.#options
    const { files, bytes } = await this.#store.addUsage(tx, owner, more)
    if (quota.isExempt(owner)) return
    if (bytes - more.bytes >= quota.bytes || (more.files > 0 && files > quota.files)) throw tooMuch()
  }

  async *#counted(owner: UserId, underWay: UnderWay, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      await this.#checkQuota(owner, underWay)
      underWay.bytes += chunk.byteLength
      yield chunk
    }
  }

  /** Before the bytes are read, and while they come, so that what can't be kept is not written first; `#addUsage` decides. */
  async #checkQuota(owner: UserId, underWay?: UnderWay): Promise<void> {
    // What is uploaded to an id that was reserved is one file more since then.
    const more = underWay?.files ?? 1
    const { quota } = this.#options
    if (quota.isExempt(owner)) return
    const { files, bytes } = await this.#store.usage(owner)
    const before = this.#uploading.before(owner, underWay)
    if (bytes + before.bytes >= quota.bytes || (more > 0 && files + before.files >= quota.files)) throw tooMuch()
  }

  async #uploaded(mediaId: string, timeoutMs: number): Promise<MediaRecord | undefined> {
    let wake = (): void => {}
    const woken = new Promise<void>((resolve) => (wake = resolve))
    const timer = setTimeout(wake, timeoutMs)
    const waiters = this.#waiting.get(mediaId) ?? new Set()
    this.#waiting.set(mediaId, waiters.add(wake))
    try {
      // It may have come after it was looked for, before anybody waited.
      const media = await this.#store.find(mediaId)
      if (media?.sizeBytes !== undefined) return media
      await woken
      return await this.#store.find(mediaId)
    } finally {
      clearTimeout(timer)
      waiters.delete(wake)
      if (waiters.size === 0) this.#waiting.delete(mediaId)
    }
  }
}

function tooMuch(): MatrixError {
  return resourceLimitExceeded('you have uploaded as much as one user may here; ask the administrator for more')
}

function described({ contentType, fileName }: Upload): Pick<MediaRecord, 'contentType' | 'fileName'> {
  return { ...(contentType !== undefined && { contentType }), ...(fileName !== undefined && { fileName }) }
}
