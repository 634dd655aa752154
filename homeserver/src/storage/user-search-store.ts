import { setImmediate } from 'node:timers/promises'
import type { Database } from '@pons/database'
import type { UserId } from '@pons/matrix'

/** Memberships that are looked through at once: whoever searches among thousands of users lets others have their turn. */
const PAGE = 1000

const SELECT_END = `select max(user_nid) as nid from (
  select user_nid from membership where user_nid > $1 order by user_nid limit $2) as page`

// People in rooms that the searcher is in, and, of people who are not of an application service, those in rooms that
// the server lists. Deactivated users are in no room.
const SELECT = `select distinct u.text as user_id from membership theirs join interned u on u.nid = theirs.user_nid
  left join profile p on p.user_id = u.text and p.field = 'displayname'
  where theirs.user_nid > $3 and theirs.user_nid <= $4 and theirs.membership = 2
  and (lower(u.text) like $2 escape '!' or lower(p.value) like $2 escape '!')
  and (exists (select 1 from membership mine where mine.user_nid = $1 and mine.membership = 2 and mine.room = theirs.room)
    or (exists (select 1 from published_room l where l.room = theirs.room)
      and exists (select 1 from account a where a.user_id = u.text and a.appservice is null)))`

export class UserSearchStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Users whose id or name contains the text, as somebody may find them: the first ones by their ids. */
  async find(searcherNid: number, text: string, limit: number): Promise<UserId[]> {
    const pattern = `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`
    let found: string[] = []
    for (let after = 0; ;) {
      const end = (await this.#db.get<{ nid: number | null }>(SELECT_END, after, PAGE))?.nid
      if (end === null || end === undefined) return found as UserId[]
      const rows = await this.#db.all<{ user_id: string }>(SELECT, searcherNid, pattern, after, end)
      const both = [...found, ...rows.map((row) => row.user_id)]
      found = both.sort((a, b) => (a < b ? -1 : 1)).slice(0, limit)
      after = end
      await setImmediate()
    }
  }
}
