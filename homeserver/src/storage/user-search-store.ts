import type { Database } from '@pons/database'
import type { UserId } from '@pons/matrix'

// People in rooms that the searcher is in, and, of people who are not of an application service, those in rooms that
// the server lists. Deactivated users are in no room.
const SELECT = `select distinct u.text as user_id from interned u
  join membership theirs on theirs.user_nid = u.nid and theirs.membership = 2
  left join profile p on p.user_id = u.text and p.field = 'displayname'
  where (lower(u.text) like $2 escape '!' or lower(p.value) like $2 escape '!')
  and (exists (select 1 from membership mine where mine.user_nid = $1 and mine.membership = 2 and mine.room = theirs.room)
    or (exists (select 1 from published_room l where l.room = theirs.room)
      and exists (select 1 from account a where a.user_id = u.text and a.appservice is null)))
  order by u.text limit $3`

export class UserSearchStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Users whose id or name contains the text, as somebody may find them. */
  async find(searcherNid: number, text: string, limit: number): Promise<UserId[]> {
    const pattern = `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`
    const rows = await this.#db.all<{ user_id: string }>(SELECT, searcherNid, pattern, limit)
    return rows.map((row) => row.user_id as UserId)
  }
}
