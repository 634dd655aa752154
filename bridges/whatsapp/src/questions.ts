import { BridgeError, type Intake } from '@pons/core'
import { beforeEnd } from './protocol/mends/before-end.ts'
import type { Connection } from './protocol/connection.ts'
import type { Socket } from './protocol/open-socket.ts'
import { inWords } from './refusals.ts'

/** Questions to WhatsApp: they wait for the connection, end with it, and what is learnt by them is stored. */
export class Questions {
  readonly #connection: Connection
  readonly #intake: Intake

  constructor(connection: Connection, intake: Intake) {
    this.#connection = connection
    this.#intake = intake
  }

  async ask<T>(question: (socket: Socket) => Promise<T>): Promise<T> {
    const socket = await this.#connection.opened()
    if (socket === undefined) throw new BridgeError('the connection to WhatsApp has ended', { isRetryable: true })
    try {
      return await beforeEnd(socket, question)
    } catch (error) {
      throw inWords(error)
    } finally {
      this.#intake.keepLearnt()
    }
  }
}
