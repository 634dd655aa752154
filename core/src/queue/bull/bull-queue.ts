import Bull from 'bull'
import { Lanes } from '../lanes.ts'
import type { Queue, QueueOptions } from '../queue.ts'
import { RedisConnections } from './redis-connections.ts'
import { ShardLeases } from './shard-leases.ts'
import { shardOf } from './shard-of.ts'

export interface BullQueueOptions extends QueueOptions {
  readonly url: string
  /** In front of every key in Redis: processes that share it share the work. */
  readonly prefix: string
  /** The same in all processes. Default 16. */
  readonly shardCount?: number
  /** After so long without a sign of life a process's shards are taken over. Default ten seconds. */
  readonly leaseMs?: number
  /** So often the rows are asked for work that Redis has forgotten. Default half a minute. */
  readonly sweepMs?: number
  readonly onTrouble: (error: unknown) => void
}

const refusedPauseMs = 500

interface Announcement {
  readonly key: string
  readonly isUrgent: boolean
}

interface OwnedShard {
  readonly jobs: Bull.Queue<Announcement>
  /** Ends the connections that wait for jobs, also one that Bull opens only then. */
  readonly ended: AbortController
  readonly lanes: Lanes
}

/**
 * The queue of several processes. A job of Bull's says that a key may have work, no more; the process that owns the key's shard
 * then works through its rows. Should Redis forget everything, whoever owns a shard asks the database what there is to do.
 */
export class BullQueue implements Queue {
  readonly #options: BullQueueOptions
  readonly #shardCount: number
  readonly #leaseMs: number
  readonly #connections: RedisConnections
  readonly #leases: ShardLeases
  readonly #producers = new Map<number, Bull.Queue<Announcement>>()
  readonly #owned = new Map<number, OwnedShard>()
  /** Not in Redis yet: by key, whether it is urgent. */
  readonly #unannounced = new Map<string, boolean>()
  #announcing: Promise<void> | undefined
  #onJobDone: (() => void)[] = []
  #hasEnded = false
  #cancelSweep: (() => void) | undefined

  constructor(options: BullQueueOptions) {
    this.#options = options
    this.#shardCount = options.shardCount ?? 16
    const { url, prefix, clock, onTrouble } = options
    this.#leaseMs = options.leaseMs ?? 10_000
    this.#connections = new RedisConnections({ url, onTrouble, onReady: () => void this.#sweep() })
    this.#leases = new ShardLeases({
      redis: this.#connections.client,
      prefix,
      shardCount: this.#shardCount,
      leaseMs: this.#leaseMs,
      clock,
      onOtherGone: () => void this.#sweep(),
      onGained: (shards) => this.#own(shards),
      onLost: async (shard) => await this.#disown(shard),
    })
    this.#leases.start()
    this.#scheduleSweep()
  }

  wake(key: string): void {
    this.#announce({ key, isUrgent: false })
  }

  wakeNow(key: string): void {
    this.#announce({ key, isUrgent: true })
  }

  async settled(): Promise<void> {
    for (;;) {
      const jobDone = new Promise<void>((resolve) => this.#onJobDone.push(resolve))
      await this.#announcing
      const owned = [...this.#owned.values()]
      const counts = await Promise.all(owned.map(async ({ jobs }) => await jobs.getJobCounts()))
      const isIdle = counts.every(({ waiting, active }) => waiting + active === 0)
      for (const { lanes } of owned) await lanes.settled()
      if (isIdle && this.#unannounced.size === 0) return
      if (!isIdle) await jobDone
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true
    this.#cancelSweep?.()
    await this.#leases.end()
    await Promise.all([...this.#producers.values()].map(async (producer) => await producer.close(true)))
    this.#connections[Symbol.dispose]()
    for (const resolve of this.#onJobDone.splice(0)) resolve()
  }

  #announce({ key, isUrgent }: Announcement): void {
    if (this.#hasEnded) return
    this.#unannounced.set(key, isUrgent || this.#unannounced.get(key) === true)
    this.#announcing ??= this.#announceAll()
  }

  /** One batch after another: while Redis is away keys gather, each once. */
  async #announceAll(): Promise<void> {
    await Promise.resolve()
    while (this.#unannounced.size > 0 && !this.#hasEnded) {
      const batch = [...this.#unannounced]
      this.#unannounced.clear()
      const added = await Promise.all(batch.map(async ([key, isUrgent]) => await this.#tryAdd({ key, isUrgent })))
      if (added.includes(false))
        await new Promise<void>((resolve) => this.#options.clock.schedule(resolve, refusedPauseMs))
    }
    // In the same step as the look at what is left: what is announced from now on begins anew.
    this.#announcing = undefined
  }

  /** False where Redis refused it; the key is kept for another try. */
  async #tryAdd(announcement: Announcement): Promise<boolean> {
    try {
      await this.#add(announcement)
      return true
    } catch (error) {
      const { key, isUrgent } = announcement
      this.#unannounced.set(key, isUrgent || this.#unannounced.get(key) === true)
      if (!this.#hasEnded) this.#options.onTrouble(error)
      return false
    }
  }

  /**
   * A key that has been announced and not begun need not be announced again. A crash between the two commands leaves a key that
   * is marked and has no job; its rows are found by the next sweep.
   */
  async #add(announcement: Announcement): Promise<void> {
    const shard = shardOf(announcement.key, this.#shardCount)
    const isNew = (await this.#connections.client.sadd(this.#waitingKey(shard), announcement.key)) === 1
    if (!isNew && !announcement.isUrgent) return
    await this.#producer(shard).add(announcement, { removeOnComplete: true, removeOnFail: true })
  }

  #own(shards: readonly number[]): void {
    for (const shard of shards) this.#owned.set(shard, this.#worker(shard))
    void this.#sweep()
  }

  async #disown(shard: number): Promise<void> {
    const owned = this.#owned.get(shard)
    if (owned === undefined) return
    this.#owned.delete(shard)
    await owned.lanes[Symbol.asyncDispose]()
    // Where Redis is away it would be waited for; Bull connects anew to end what blocks, so that connection goes last.
    const closed = owned.jobs.close(true).catch(() => undefined)
    if (this.#connections.client.status === 'ready') await closed
    owned.ended.abort()
  }

  #worker(shard: number): OwnedShard {
    const { clock, process, onError } = this.#options
    const ended = new AbortController()
    const jobs = new Bull<Announcement>(`shard-${shard}`, {
      prefix: this.#options.prefix,
      createClient: (type) => {
        const connection = this.#connections.create(type)
        const close = (): void => connection.disconnect()
        if (type !== 'bclient') return connection
        if (ended.signal.aborted) close()
        else ended.signal.addEventListener('abort', close)
        return connection
      },
      settings: { stalledInterval: this.#leaseMs, lockDuration: this.#leaseMs },
    })
    jobs.on('error', () => undefined)
    // Bull gives its connection a name and looks at no answer: where none comes, the failure would be nobody's.
    Object.assign(jobs, { setWorkerName: () => Promise.resolve() })
    const lanes = new Lanes({ clock, process, onError, isShared: true })
    jobs
      .process(1, async ({ data }) => await this.#begin(shard, data))
      .catch((error: unknown) => {
        if (!ended.signal.aborted) this.#options.onTrouble(error)
      })
    jobs.on('completed', () => {
      for (const resolve of this.#onJobDone.splice(0)) resolve()
    })
    return { jobs, ended, lanes }
  }

  /** The mark goes before the work begins: what is announced from now on is something new. */
  async #begin(shard: number, announcement: Announcement): Promise<void> {
    const { key, isUrgent } = announcement
    // Redis has forgotten what the job was about; the sweep finds it.
    if (typeof key !== 'string') return
    await this.#connections.client.srem(this.#waitingKey(shard), key)
    const owned = this.#owned.get(shard)
    // Whoever owns the shard by now takes it.
    if (owned === undefined || !this.#leases.holds(shard)) return this.#announce(announcement)
    if (isUrgent) owned.lanes.wakeNow(key)
    else owned.lanes.wake(key)
  }

  async #sweep(): Promise<void> {
    if (this.#owned.size === 0 || this.#hasEnded) return
    try {
      for (const key of await this.#options.due()) {
        const shard = shardOf(key, this.#shardCount)
        if (this.#leases.holds(shard)) this.#owned.get(shard)?.lanes.wake(key)
      }
    } catch (error) {
      this.#options.onTrouble(error)
    }
  }

  #scheduleSweep(): void {
    this.#cancelSweep = this.#options.clock.schedule(() => {
      void this.#sweep()
      this.#scheduleSweep()
    }, this.#options.sweepMs ?? 30_000)
  }

  #producer(shard: number): Bull.Queue<Announcement> {
    const known = this.#producers.get(shard)
    if (known !== undefined) return known
    const { prefix } = this.#options
    const made = new Bull<Announcement>(`shard-${shard}`, { prefix, createClient: this.#connections.create })
    made.on('error', () => undefined)
    this.#producers.set(shard, made)
    return made
  }

  #waitingKey(shard: number): string {
    return `${this.#options.prefix}:waiting:${shard}`
  }
}
