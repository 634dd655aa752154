import type { Database } from '@pons/database'
import type { ServerName } from '@pons/matrix'
import { checkRegistrations, compileNamespaces, type Registration } from '@pons/registration'
import { AppserviceStore, type AppserviceRecord } from '../storage/appservice-store.ts'
import type { Accounts } from '../users/accounts.ts'
import { Appservice } from './appservice.ts'
import type { AppserviceQueues, QueueStatus } from './queues.ts'
import type { Roster } from './roster.ts'
import type { InProcessCall, TolerantCall } from './transport.ts'

export interface AppservicesOptions {
  readonly database: Database
  readonly accounts: Accounts
  readonly roster: Roster
  readonly queues: AppserviceQueues
  readonly serverName: ServerName
}

/** As stored for services that were registered at run time. */
interface LiveRegistration {
  readonly registration: Registration
  readonly isInProcess: boolean
}

/** The application services of this server, come and gone: from files, and while it runs. */
export class Appservices {
  readonly #options: AppservicesOptions
  readonly #store: AppserviceStore

  constructor(options: AppservicesOptions) {
    this.#options = options
    this.#store = new AppserviceStore(options.database)
  }

  /** Brings back those registered at run time, and adds those of the configuration. */
  async start(fromFiles: readonly Registration[]): Promise<void> {
    const fileIds = new Set(fromFiles.map(({ id }) => id))
    const records = await this.#store.all()
    const live = records.flatMap((record) => {
      if (record.registration === undefined || fileIds.has(record.id)) return []
      return [{ record, stored: JSON.parse(record.registration) as LiveRegistration }]
    })
    const registrations = [...fromFiles, ...live.map(({ stored }) => stored.registration)]
    checkRegistrations(registrations, { serverName: this.#options.serverName })
    for (const registration of fromFiles) {
      await this.#put(registration, undefined, { isStored: false, isInProcess: false })
    }
    for (const { record, stored } of live) {
      await this.#install(this.#appservice(record, stored.registration, stored.isInProcess), undefined)
    }
  }

  /**
   * Adds an application service, or changes the one with the same id, while the server runs. With `call` the service
   * lives in this process; it must be registered again after a restart, and its queue waits for that.
   * @throws RegistrationError when it cannot live beside the others
   */
  async register(registration: Registration, call?: InProcessCall | TolerantCall): Promise<Appservice> {
    this.#check(registration)
    return this.#put(registration, call, { isStored: true, isInProcess: call !== undefined })
  }

  /**
   * One that will live in this process, and is not there yet: its names are its own, and what it is to hear is queued, until it
   * is registered with its call. @throws RegistrationError when it cannot live beside the others
   */
  async expect(registration: Registration): Promise<Appservice> {
    this.#check(registration)
    return this.#put(registration, undefined, { isStored: true, isInProcess: true })
  }

  /** Forgets an application service and what was queued for it; its users stay. False when there is none. */
  async remove(id: string): Promise<boolean> {
    const { database, roster, queues } = this.#options
    const appservice = roster.byId(id)
    if (!appservice) return false
    roster.delete(appservice)
    await queues.close(appservice)
    await database.transaction((tx) => this.#store.delete(tx, appservice.nid))
    return true
  }

  byId(id: string): Appservice | undefined {
    return this.#options.roster.byId(id)
  }

  status(): Promise<QueueStatus[]> {
    return this.#options.queues.status()
  }

  #check(registration: Registration): void {
    const { roster, serverName } = this.#options
    const others = roster.list.map((other) => other.registration).filter(({ id }) => id !== registration.id)
    checkRegistrations([...others, registration], { serverName })
  }

  async #put(
    registration: Registration,
    call: InProcessCall | TolerantCall | undefined,
    { isStored, isInProcess }: { isStored: boolean; isInProcess: boolean },
  ): Promise<Appservice> {
    const { database, accounts } = this.#options
    const stored: LiveRegistration = { registration, isInProcess }
    const record = await database.transaction(async (tx) => {
      const saved = await this.#store.save(tx, registration.id, isStored ? JSON.stringify(stored) : undefined)
      const { senderUserId } = this.#appservice(saved, registration, isInProcess)
      await accounts.createIn(tx, { userId: senderUserId, appservice: registration.id })
      return saved
    })
    const appservice = this.#appservice(record, registration, isInProcess)
    await this.#install(appservice, call)
    return appservice
  }

  #install(appservice: Appservice, call: InProcessCall | TolerantCall | undefined): Promise<void> {
    const { queues, roster } = this.#options
    return queues.open(appservice, call, () => roster.put(appservice))
  }

  #appservice(record: AppserviceRecord, registration: Registration, isInProcess: boolean): Appservice {
    return new Appservice({
      nid: record.nid,
      registration,
      namespaces: compileNamespaces(registration, { serverName: this.#options.serverName }),
      txnPrefix: record.txnPrefix,
      isPushed: isInProcess || registration.url !== null,
    })
  }
}
