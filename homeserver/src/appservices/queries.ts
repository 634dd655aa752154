import type { JsonObject, RoomAlias, UserId, Clock } from '@pons/matrix'
import QuickLRU from 'quick-lru'
import type { Appservice } from './appservice.ts'
import type { AppserviceQueues } from './queues.ts'
import type { Roster } from './roster.ts'
import type { AppserviceResponse } from './transport.ts'

const TIMEOUT_MS = 10_000
/** For how long a service that said no is not asked again. */
const NEGATIVE_MS = 5_000

/** Questions to application services; they never wait for, nor hold up, the delivery of transactions. */
export class AppserviceQueries {
  readonly #roster: Roster
  readonly #queues: AppserviceQueues
  readonly #clock: Clock
  readonly #asked = new Map<string, Promise<boolean>>()
  readonly #denied = new QuickLRU<string, number>({ maxSize: 10_000 })

  constructor({ roster, queues, clock }: { roster: Roster; queues: AppserviceQueues; clock: Clock }) {
    this.#roster = roster
    this.#queues = queues
    this.#clock = clock
  }

  /** Lets the services that claim the id make the user now; true when one says the user exists. */
  async userExists(userId: UserId): Promise<boolean> {
    for (const appservice of this.#roster.list) {
      if (!appservice.ownsUser(userId)) continue
      if (await this.#ask(appservice, `/_matrix/app/v1/users/${encodeURIComponent(userId)}`)) return true
    }
    return false
  }

  /** Lets the services that claim the alias make the room now; true when one says the alias exists. */
  async aliasExists(alias: RoomAlias): Promise<boolean> {
    for (const appservice of this.#roster.list) {
      if (appservice.namespaces.aliasMatch(alias) === undefined) continue
      if (await this.#ask(appservice, `/_matrix/app/v1/rooms/${encodeURIComponent(alias)}`)) return true
    }
    return false
  }

  /** The answers of those services that serve the protocol; without one, of all that serve any. */
  async thirdParty(protocol: string | undefined, path: string): Promise<unknown[]> {
    const asked = this.#roster.list.filter(({ registration: { protocols = [] } }) =>
      protocol === undefined ? protocols.length > 0 : protocols.includes(protocol),
    )
    const answers = await Promise.all(asked.map((appservice) => this.#get(appservice, path)))
    return answers.flatMap((answer) => (answer?.status === 200 && answer.body !== undefined ? [answer.body] : []))
  }

  /** The protocols of all services by name; where several serve one, their instances are joined. */
  async protocols(only: string | undefined): Promise<Record<string, JsonObject>> {
    const names = new Set(this.#roster.list.flatMap(({ registration }) => registration.protocols ?? []))
    const found = new Map<string, JsonObject>()
    for (const name of names) {
      if (only !== undefined && name !== only) continue
      const path = `/_matrix/app/v1/thirdparty/protocol/${encodeURIComponent(name)}`
      const answers = (await this.thirdParty(name, path)).filter(isProtocol)
      const [first] = answers
      if (first) found.set(name, { ...first, instances: answers.flatMap(({ instances }) => instances) })
    }
    return Object.fromEntries(found)
  }

  #ask(appservice: Appservice, path: string): Promise<boolean> {
    const key = `${appservice.id} ${path}`
    const deniedTs = this.#denied.get(key)
    if (deniedTs !== undefined && this.#clock.now() - deniedTs < NEGATIVE_MS) return Promise.resolve(false)
    let asking = this.#asked.get(key)
    if (!asking) {
      asking = this.#get(appservice, path).then((answer) => {
        this.#asked.delete(key)
        if (answer?.status === 200) return true
        this.#denied.set(key, this.#clock.now())
        return false
      })
      this.#asked.set(key, asking)
    }
    return asking
  }

  /** Undefined when the service cannot be reached: for the asker it does not know then. */
  async #get(appservice: Appservice, url: string): Promise<AppserviceResponse | undefined> {
    const transport = this.#queues.transportOf(appservice)
    if (!transport) return undefined
    return transport({ method: 'GET', url, timeoutMs: TIMEOUT_MS }).catch(() => undefined)
  }
}

function isProtocol(value: unknown): value is JsonObject & { instances: JsonObject[] } {
  return typeof value === 'object' && value !== null && Array.isArray((value as { instances?: unknown }).instances)
}
