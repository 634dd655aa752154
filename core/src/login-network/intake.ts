import type { Logger } from 'pino'
import type { Alongside, BridgeHost, StoreWrite } from '../network/bridge-host.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { patiently } from '../queue/patiently.ts'
import { SerialQueue } from './serial-queue.ts'

/** What something that came says, and what is to become durable with it. */
export interface Understood {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

export interface IntakeParts {
  readonly logger: Logger
  /** Makes events durable, and what goes along with them; the host's own, with the adapter's steps around it. */
  readonly ingest: BridgeHost['ingest']
  /** What was learnt since it was asked last, whoever learnt it. */
  readonly takeLearnt: () => Alongside | Promise<Alongside>
}

type Job = () => Promise<Understood> | Understood

const maxWaiting = 100
const nothing: Understood = { events: [], writes: [] }

/** What comes, one job after another. Each ends by storing what it says together with all that was learnt meanwhile. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #queue: SerialQueue
  readonly #abort = new AbortController()

  constructor(parts: IntakeParts) {
    this.#parts = parts
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

  /** Resolves when not too much is waiting: what is taken in meanwhile would only lie in memory. */
  async room(): Promise<void> {
    await this.#queue.room(maxWaiting)
  }

  /** Afterwards nothing is ingested. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#queue.stop()
  }

  /** Does what only a store that is away keeps from being done; nothing overtakes it. Rejects when the intake is stopped. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const onError = (error: unknown): void =>
      this.#parts.logger.error({ err: error }, 'the store fails; it is tried again')
    return await patiently(work, { signal: this.signal, onError })
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

  /** Tries until it is durable, or nobody wants it any more: then it says false, and the network tells it again. */
  async #store({ events, writes: given }: Understood): Promise<boolean> {
    try {
      const { writes: learnt = [], links = [] } = await this.patiently(async () => await this.#parts.takeLearnt())
      const writes = [...given, ...learnt]
      if (events.length === 0 && writes.length === 0 && links.length === 0) return true
      await this.patiently(async () => await this.#parts.ingest(events, { writes, links }))
      return true
    } catch (error) {
      if (!this.signal.aborted) throw error
      return false
    }
  }

  #note(error: unknown): void {
    if (!this.signal.aborted) this.#parts.logger.error({ err: error }, 'what came could not be taken in')
  }
}
