import type { Database, Transaction } from '@pons/database'
import type { JsonObject } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Interests } from '../appservices/interests.ts'
import type { AppserviceQueues } from '../appservices/queues.ts'
import type { Room } from '../rooms/room.ts'

export interface EphemeralDeliveryOptions {
  readonly database: Database
  readonly interests: Interests
  readonly queues: AppserviceQueues
  readonly logger: Logger
}

/** Hands ephemeral events to the application services that want those of a room. */
export class EphemeralDelivery {
  readonly #options: EphemeralDeliveryOptions

  constructor(options: EphemeralDeliveryOptions) {
    this.#options = options
  }

  /** For what its caller does not store; the order of the calls is kept. */
  queue(room: Room, edu: JsonObject): void {
    const { database, interests, logger } = this.#options
    if (interests.ephemeralListeners(room).length === 0) return
    database
      .transaction(async (tx) => this.queueIn(tx, room, edu))
      .catch((error: unknown) => logger.warn({ err: error, type: edu['type'] }, 'ephemeral event was not queued'))
  }

  queueIn(tx: Transaction, room: Room, edu: JsonObject): void {
    const { interests, queues } = this.#options
    for (const appservice of interests.ephemeralListeners(room)) queues.queueEphemeral(tx, appservice, edu)
  }
}
