import type { Database, Transaction } from '@pons/database'
import type { JsonObject } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Appservices } from '../appservices/appservices.ts'
import type { Room } from '../rooms/room.ts'

/** Hands ephemeral events to the application services that want those of a room. */
export class EphemeralDelivery {
  readonly #db: Database
  readonly #appservices: Appservices
  readonly #logger: Logger

  constructor(db: Database, appservices: Appservices, logger: Logger) {
    this.#db = db
    this.#appservices = appservices
    this.#logger = logger
  }

  /** For what its caller does not store; the order of the calls is kept. */
  queue(room: Room, edu: JsonObject): void {
    if (this.#appservices.ephemeralListeners(room).length === 0) return
    this.#db
      .transaction((tx) => this.queueIn(tx, room, edu))
      .catch((error: unknown) => this.#logger.warn({ err: error, type: edu['type'] }, 'ephemeral event was not queued'))
  }

  async queueIn(tx: Transaction, room: Room, edu: JsonObject): Promise<void> {
    for (const appservice of this.#appservices.ephemeralListeners(room)) {
      await this.#appservices.queueEphemeral(tx, appservice, edu)
    }
  }
}
