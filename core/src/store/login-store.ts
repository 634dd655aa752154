import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'
import type { StoredLogin } from '../network/connector.ts'
import { loginId, type LoginId } from '../network/ids.ts'

interface LoginRow {
  login_id: string
  owner: string
  remote_name: string
  metadata: string
  is_preferred: number
}

export interface LoginRecord extends StoredLogin {
  readonly isPreferred: boolean
}

const upsert = `INSERT INTO bridge_login (network, login_id, owner, remote_name, metadata) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (network, login_id) DO UPDATE SET owner = excluded.owner, remote_name = excluded.remote_name, metadata = excluded.metadata`

export class LoginStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async all(): Promise<LoginRecord[]> {
    const sql = `SELECT login_id, owner, remote_name, metadata, is_preferred FROM bridge_login
      WHERE network = $1 ORDER BY login_id`
    return (await this.#db.all<LoginRow>(sql, this.#network)).map((row) => ({
      id: loginId(row.login_id),
      owner: row.owner as UserId,
      remoteName: row.remote_name,
      metadata: JSON.parse(row.metadata) as JsonObject,
      isPreferred: row.is_preferred === 1,
    }))
  }

  async put(tx: Transaction, login: StoredLogin): Promise<void> {
    await tx.run(upsert, this.#network, login.id, login.owner, login.remoteName, JSON.stringify(login.metadata))
  }

  async remove(tx: Transaction, id: LoginId): Promise<void> {
    await tx.run('DELETE FROM bridge_login WHERE network = $1 AND login_id = $2', this.#network, id)
  }

  /** Makes one login its owner's first choice. */
  async prefer(tx: Transaction, owner: UserId, id: LoginId): Promise<void> {
    const sql = `UPDATE bridge_login SET is_preferred = CASE WHEN login_id = $1 THEN 1 ELSE 0 END
      WHERE network = $2 AND owner = $3`
    await tx.run(sql, id, this.#network, owner)
  }
}
