import type { Database, Queryable, Transaction } from '@pons/database'
import type { UserId } from '@pons/matrix'

export interface MediaRecord {
  readonly mediaId: string
  readonly owner: UserId
  readonly contentType?: string
  readonly fileName?: string
  /** undefined: reserved, not uploaded yet. */
  readonly sizeBytes?: number
  readonly createdMs: number
}

export interface MediaUsage {
  readonly files: number
  readonly bytes: number
}

interface MediaRow {
  media_id: string
  owner: string
  content_type: string | null
  file_name: string | null
  size: number | null
  created_ts: number
}

const SELECT = 'select media_id, owner, content_type, file_name, size, created_ts from media where media_id = $1'
const INSERT = `insert into media (media_id, owner, content_type, file_name, size, created_ts)
  values ($1, $2, $3, $4, $5, $6)`
const COMPLETE = `update media set content_type = $1, file_name = $2, size = $3 where media_id = $4 and size is null`
const SELECT_USAGE = 'select files, bytes from media_usage where owner = $1'
const ADD_USAGE = `insert into media_usage (owner, files, bytes) values ($1, $2, $3)
  on conflict (owner) do update set files = media_usage.files + excluded.files, bytes = media_usage.bytes + excluded.bytes
  returning files, bytes`
const COUNT_RESERVED = 'select count(*) as n from media where owner = $1 and size is null and created_ts > $2'

export class MediaStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(mediaId: string): Promise<MediaRecord | undefined> {
    const row = await this.#db.get<MediaRow>(SELECT, mediaId)
    return row && fromRow(row)
  }

  async insert(tx: Transaction, media: MediaRecord): Promise<void> {
    const { mediaId, owner, contentType = null, fileName = null, sizeBytes = null, createdMs } = media
    await tx.run(INSERT, mediaId, owner, contentType, fileName, sizeBytes, createdMs)
  }

  /** False when it was uploaded before. */
  async complete(
    tx: Transaction,
    mediaId: string,
    upload: Pick<MediaRecord, 'contentType' | 'fileName' | 'sizeBytes'>,
  ): Promise<boolean> {
    const { contentType = null, fileName = null, sizeBytes = null } = upload
    return (await tx.run(COMPLETE, contentType, fileName, sizeBytes, mediaId)) === 1
  }

  /** What one owner has, reserved ids among the files. */
  async usage(owner: UserId, from: Queryable = this.#db): Promise<MediaUsage> {
    const row = await from.get<MediaUsage>(SELECT_USAGE, owner)
    return { files: row?.files ?? 0, bytes: row?.bytes ?? 0 }
  }

  /** What the owner has with it. From here to the end of the transaction nobody else adds to the same owner's. */
  async addUsage(tx: Transaction, owner: UserId, { files, bytes }: MediaUsage): Promise<MediaUsage> {
    return (await tx.get<MediaUsage>(ADD_USAGE, owner, files, bytes)) ?? { files, bytes }
  }

  async countReserved(tx: Transaction, owner: UserId, sinceMs: number): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT_RESERVED, owner, sinceMs))?.n ?? 0
  }
}

function fromRow(row: MediaRow): MediaRecord {
  return {
    mediaId: row.media_id,
    owner: row.owner as UserId,
    ...(row.content_type !== null && { contentType: row.content_type }),
    ...(row.file_name !== null && { fileName: row.file_name }),
    ...(row.size !== null && { sizeBytes: row.size }),
    createdMs: row.created_ts,
  }
}
