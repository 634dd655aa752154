import { patiently, type IdentityLink, type StoreWrite } from '@pons/core'
import type { AccountContext } from '../remote-context.ts'
import { nothing, type Understood } from '../understood.ts'
import { SerialQueue } from './serial-queue.ts'

const maxWaiting = 100

type Job = () => Promise<Understood> | Understood

/**
 * What comes, one job after another. Each ends by storing what it says together with all that was learnt meanwhile of people,
 * groups and timers, whoever learnt it.
 */
export class Intake {
  readonly #known: AccountContext
  readonly #queue: SerialQueue
  readonly #abort = new AbortController()

  constructor(known: AccountContext) {
    this.#known = known
    this.#queue = new SerialQueue((error) => this.#note(error))
  }

  /** Aborted when the intake is stopped. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isIdle(): boolean {
    return this.#queue.isIdle
  }

  /** True once what the job says is durable; false where the job failed, or the intake was stopped before. */
  async take(job: Job): Promise<boolean> {
    let isDurable = false
    await this.#queue.add(async () => {
      const understood = await this.#attempt(job)
      isDurable = (await this.#store(understood ?? nothing)) && understood !== undefined
    })
    return isDurable
  }

  /** Something was learnt outside of a job, as by a question: it is stored in its turn. */
  keepLearnt(): void {
    void this.take(() => nothing)
  }

  /** Resolves when not too much is waiting: what is decrypted meanwhile would only lie in memory. */
  async room(): Promise<void> {
    await this.#queue.room(maxWaiting)
  }

  /** Afterwards nothing is ingested. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#queue.stop()
  }

  /** One thing that fails must not hold up all that come after it. */
  async #attempt(job: Job): Promise<Understood | undefined> {
    try {
      return await job()
    } catch (error) {
      this.#note(error)
      return undefined
    }
  }

  /** Tries until it is durable, or nobody wants it any more: then it says false, and the journal hands it out again. */
  async #store({ events, writes: given }: Understood): Promise<boolean> {
    const { host } = this.#known
    const { writes: learnt, links } = learntBy(this.#known)
    const writes = [...given, ...learnt]
    if (events.length === 0 && writes.length === 0 && links.length === 0) return true
    const store = async (): Promise<boolean> => {
      host.step('whatsapp:before-journal')
      await host.ingest(events, { writes, links })
      host.step('whatsapp:journalled')
      return true
    }
    const onError = (error: unknown): void =>
      host.logger.error({ err: error }, 'messages could not be stored; trying again')
    return await patiently(store, { signal: this.signal, onError }).catch(() => false)
  }

  #note(error: unknown): void {
    this.#known.host.logger.error({ err: error }, 'what came could not be taken in')
  }
}

/** Since it was asked last. */
function learntBy({ people, groups, timers, store }: AccountContext): {
  readonly writes: readonly StoreWrite[]
  readonly links: readonly IdentityLink[]
} {
  const links = people.takeLinks()
  return { links, writes: store.keyed([...people.takeWrites(), ...groups.takeWrites(), ...timers.takeWrites()]) }
}
