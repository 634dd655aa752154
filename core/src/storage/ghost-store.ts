import type { Database, Queryable, Transaction } from '@pons/database'
import type { RemoteUserId } from '../network/ids.ts'
import { cleanText } from '../text/clean-text.ts'

export interface GhostRecord {
  /** What the profile was last set to. */
  readonly name?: string
  readonly avatarId?: string
}

/** Ghosts that are registered, with the profile they were last given. */
export class GhostStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async find(user: RemoteUserId, on: Queryable = this.#db): Promise<GhostRecord | undefined> {
    const sql = 'select name, avatar_id from bridge_ghost where network = $1 and remote_user = $2'
    const row = await on.get<{ name: string | null; avatar_id: string | null }>(sql, this.#network, user)
    return (
      row && {
        ...(row.name !== null && { name: row.name }),
        ...(row.avatar_id !== null && { avatarId: row.avatar_id }),
      }
    )
  }

  async put(tx: Transaction, user: RemoteUserId, ghost: GhostRecord): Promise<void> {
    const sql = `insert into bridge_ghost (network, remote_user, name, avatar_id) values ($1, $2, $3, $4)
      on conflict (network, remote_user) do update set name = excluded.name, avatar_id = excluded.avatar_id`
    await tx.run(
      sql,
      this.#network,
      user,
      ghost.name === undefined ? null : cleanText(ghost.name),
      ghost.avatarId ?? null,
    )
  }
}
