import { FairGate } from './fair-gate.ts'
import { OneByOne } from './one-by-one.ts'
import type { Scheduler } from './scheduler.ts'
import { widths } from './widths.ts'

/** One network's part of the scheduler of its process. */
export class NetworkSchedule {
  /** For what must not happen twice at once, by name. */
  readonly oneByOne = new OneByOne()
  readonly #scheduler: Scheduler
  readonly #network: string
  readonly #stores = new FairGate(widths.stores)
  readonly #deliveries = new FairGate(widths.deliveries)

  constructor(scheduler: Scheduler, network: string) {
    this.#scheduler = scheduler
    this.#network = network
  }

  /** Has nobody else in this process done anything of late? */
  get isAlone(): boolean {
    return this.#scheduler.isAlone(this.#network)
  }

  /** Stores so many events that a login has heard, when its turn has come; '' is the relay. */
  async store<T>({ login, count }: { login: string; count: number }, work: () => Promise<T>): Promise<T> {
    return await this.#stores.through(login, async () => {
      this.#scheduler.note(this.#network, count)
      return await this.#scheduler.take(this.#network, work)
    })
  }

  /** Brings something that a login has heard into Matrix, when its turn has come. @throws the signal's reason when the end comes first */
  async deliver<T>(login: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return await this.#deliveries.through(login, () => this.#scheduler.take(this.#network, work), signal)
  }
}
