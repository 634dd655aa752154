import type { Database } from '@pons/database'
import { invalidParam, isJsonObject, notFound, parseJson, type JsonObject, type UserId } from '@pons/matrix'
import type { FilterStore } from '../storage/filter-store.ts'
import { parseSyncFilter, type SyncFilter } from './filter.ts'

/** The filters that users have uploaded. */
export class Filters {
  readonly #db: Database
  readonly #store: FilterStore

  constructor(db: Database, store: FilterStore) {
    this.#db = db
    this.#store = store
  }

  async create(userId: UserId, definition: JsonObject): Promise<string> {
    return String(await this.#db.transaction((tx) => this.#store.save(tx, userId, definition)))
  }

  /** @throws MatrixError M_NOT_FOUND */
  async get(userId: UserId, filterId: string): Promise<JsonObject> {
    const definition = /^\d{1,9}$/.test(filterId) ? await this.#store.byId(userId, Number(filterId)) : undefined
    if (!definition) throw notFound('No such filter')
    return definition
  }

  /** `text` is the id of a filter, or a filter's JSON. */
  async resolve(userId: UserId, text: string | undefined): Promise<SyncFilter> {
    if (text === undefined || text === '') return parseSyncFilter({})
    if (!text.startsWith('{')) return parseSyncFilter(await this.get(userId, text))
    const json = parseJson(text)
    if (!isJsonObject(json)) throw invalidParam('filter is not an object')
    return parseSyncFilter(json)
  }
}
