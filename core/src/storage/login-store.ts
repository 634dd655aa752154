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

const upsert = `insert into bridge_login (network, login_id, owner, remote_name, metadata) values ($1, $2, $3, $4, $5)
  on conflict (network, login_id) do update set owner = excluded.owner, remote_name = excluded.remote_name, metadata = excluded.metadata`

export class LoginStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async all(): Promise<LoginRecord[]> {
    const sql = `select login_id, owner, remote_name, metadata, is_preferred from bridge_login
      where network = $1 order by login_id`
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
    await tx.run('delete from bridge_login where network = $1 and login_id = $2', this.#network, id)
  }

  /** Makes one login its owner's first choice. */
  async prefer(tx: Transaction, owner: UserId, id: LoginId): Promise<void> {
    const sql = `update bridge_login set is_preferred = case when login_id = $1 then 1 else 0 end
      where network = $2 and owner = $3`
    await tx.run(sql, id, this.#network, owner)
  }
}
