import type { Database } from '@pons/database'
import {
  canonicalJson,
  notFound,
  resourceLimitExceeded,
  tooLarge,
  utf8Length,
  type JsonObject,
  type UserId,
} from '@pons/matrix'
import type { FilterStore } from '../storage/filter-store.ts'
import type { SyncFilter } from '../event/filter.ts'
import { parseSyncFilter } from '../event/parse-filter.ts'

const MAX_FILTERS = 200
const MAX_FILTER_BYTES = 32_768

/** The filters that users have uploaded. */
export class Filters {
  readonly #db: Database
  readonly #store: FilterStore

  constructor(db: Database, store: FilterStore) {
    this.#db = db
    this.#store = store
  }

  /** @throws MatrixError M_TOO_LARGE, M_RESOURCE_LIMIT_EXCEEDED */
  async create(userId: UserId, definition: JsonObject): Promise<string> {
    // What could not be used must not be kept.
    parseSyncFilter(definition)
    // In canonical form, so that equal filters are one however they are spelled.
    const text = canonicalJson(definition, { strict: false })
    if (utf8Length(text) > MAX_FILTER_BYTES) throw tooLarge(`a filter may have ${MAX_FILTER_BYTES} bytes at most`)
    return this.#db.transaction(async (tx) => {
      const same = await this.#store.same(tx, userId, text)
      if (same !== undefined) return String(same)
      if ((await this.#store.count(tx, userId)) >= MAX_FILTERS)
        throw resourceLimitExceeded(
          `a user may have ${MAX_FILTERS} filters at most; give this one with each sync instead`,
        )
      return String(await this.#store.save(tx, userId, text))
    })
  }

  /** @throws MatrixError M_NOT_FOUND */
  async get(userId: UserId, filterId: string): Promise<JsonObject> {
    const definition = /^\d{1,9}$/.test(filterId) ? await this.#store.byId(userId, Number(filterId)) : undefined
    if (!definition) throw notFound('No such filter')
    return definition
  }

  /** One that was uploaded. @throws MatrixError M_NOT_FOUND */
  async uploaded(userId: UserId, filterId: string): Promise<SyncFilter> {
    return parseSyncFilter(await this.get(userId, filterId))
  }
}
