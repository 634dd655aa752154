import { Redis } from 'ioredis'
import { backoffMs } from '@pons/matrix'

export interface RedisConnectionsOptions {
  /** `redis://host:port/number`. */
  readonly url: string
  /** Redis cannot be reached; told once, until it can be again. */
  readonly onTrouble: (error: unknown) => void
  /** It can be reached, for the first time or again: what it knew may be gone. */
  readonly onReady: () => void
}

const longestBackOffMs = 2000

/** The connections of one queue: its Bull queues share two; each that takes jobs has one more, which blocks. */
export class RedisConnections implements Disposable {
  readonly client: Redis
  readonly #subscriber: Redis
  readonly #options: RedisConnectionsOptions
  #isAway = false

  constructor(options: RedisConnectionsOptions) {
    this.#options = options
    this.client = this.#connect()
    this.#subscriber = this.#connect()
    this.client.on('ready', () => {
      this.#isAway = false
      options.onReady()
    })
  }

  readonly create = (type: 'client' | 'subscriber' | 'bclient'): Redis => {
    if (type === 'client') return this.client
    return type === 'subscriber' ? this.#subscriber : this.#connect()
  };

  /** Those that block are closed by whoever had them created. */
  [Symbol.dispose](): void {
    for (const connection of [this.client, this.#subscriber]) connection.disconnect()
  }

  /** Bull demands that connections which block or subscribe neither check for readiness nor give up on a command. */
  #connect(): Redis {
    const connection = new Redis(this.#options.url, {
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      retryStrategy: (failures) => backoffMs(failures, { firstMs: 100, longestMs: longestBackOffMs }),
    })
    // Bull adds listeners for each of its queues.
    connection.setMaxListeners(0)
    connection.on('error', (error: unknown) => {
      if (!this.#isAway) this.#options.onTrouble(error)
      this.#isAway = true
    })
    return connection
  }
}
