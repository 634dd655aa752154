import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Clock } from '@pons/matrix'

export interface ShardLeasesOptions {
  readonly redis: Redis
  /** In front of every key in Redis. */
  readonly prefix: string
  readonly shardCount: number
  readonly leaseMs: number
  readonly clock: Clock
  /** A process gave no sign of life: what it knew, and had not yet announced, only the rows know. */
  readonly onOtherGone: () => void
  readonly onGained: (shards: readonly number[]) => void
  /** Resolves when nothing of the shard is worked on any more. */
  readonly onLost: (shard: number) => Promise<void>
}

/**
 * KEYS: the processes, by the time at which they count as gone; the owner of each shard. ARGV: who asks, milliseconds.
 * Renews what the process owns, and takes what nobody owns up to a fair share. Returns the share, how many processes there are,
 * and the shards owned.
 */
const renewScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
local live = redis.call('ZCARD', KEYS[1])
local share = math.ceil((#KEYS - 1) / live)
local owned = {}
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    owned[#owned + 1] = i - 2
  end
end
for i = 2, #KEYS do
  if #owned < share and redis.call('SET', KEYS[i], ARGV[1], 'NX', 'PX', ARGV[2]) then
    owned[#owned + 1] = i - 2
  end
end
table.insert(owned, 1, live)
table.insert(owned, 1, share)
return owned`

/** KEYS: the processes, owners of shards that are given up. ARGV: who gives them up, 1 if it goes altogether. */
const releaseScript = `
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
end
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) end`

/**
 * Which process works on which shard. A lease is renewed three times in its life. A process that could not do so in time (it
 * was stopped, or Redis was away) begins nothing more in that shard and aborts what it does there; what it had begun may overlap
 * with the new owner's work by a moment, as a repeat after a crash does, and the rows' own idempotency holds for both.
 */
export class ShardLeases {
  readonly #options: ShardLeasesOptions
  readonly #me = randomUUID()
  /** Until when each shard is surely ours, by our own clock. */
  readonly #untilMs = new Map<number, number>()
  /** Shards whose work is being ended: they are not begun anew before it has. */
  readonly #ending = new Map<number, Promise<void>>()
  /** Processes that gave a sign of life, ourselves among them. */
  #live = 1
  #isRenewing = false
  #hasEnded = false
  #cancelTimer: (() => void) | undefined

  constructor(options: ShardLeasesOptions) {
    this.#options = options
  }

  start(): void {
    this.#tick()
  }

  holds(shard: number): boolean {
    return (this.#untilMs.get(shard) ?? 0) > this.#options.clock.elapsedMs()
  }

  /** Gives all up for others to take at once. */
  async end(): Promise<void> {
    this.#hasEnded = true
    this.#cancelTimer?.()
    const shards = [...this.#untilMs.keys()]
    await Promise.all(shards.map((shard) => this.#lose(shard)))
    const { redis } = this.#options
    if (redis.status === 'ready') await this.#release(shards, true).catch(() => undefined)
  }

  #tick(): void {
    const { clock, leaseMs } = this.#options
    for (const shard of this.#untilMs.keys()) if (!this.holds(shard)) void this.#lose(shard)
    if (!this.#isRenewing) {
      this.#isRenewing = true
      void this.#renew().finally(() => (this.#isRenewing = false))
    }
    this.#cancelTimer = clock.schedule(() => this.#tick(), leaseMs / 3)
  }

  /** While Redis is away this waits; meanwhile the leases run out. */
  async #renew(): Promise<void> {
    const { redis, clock, leaseMs, onGained, onOtherGone, shardCount } = this.#options
    const untilMs = clock.elapsedMs() + leaseMs
    const keys = [this.#workersKey(), ...Array.from({ length: shardCount }, (_, shard) => this.#ownerKey(shard))]
    try {
      const answer = (await redis.eval(renewScript, keys.length, ...keys, this.#me, leaseMs)) as number[]
      const [share = 0, live = 1, ...owned] = answer
      if (this.#hasEnded || untilMs <= clock.elapsedMs()) return
      const free = owned.filter((shard) => !this.#ending.has(shard))
      const gained = free.filter((shard) => !this.#untilMs.has(shard))
      for (const shard of this.#untilMs.keys()) if (!owned.includes(shard)) await this.#lose(shard)
      for (const shard of free) this.#untilMs.set(shard, untilMs)
      if (gained.length > 0) onGained(gained)
      if (live < this.#live) onOtherGone()
      this.#live = live
      if (owned.length > share) await this.#giveAway(owned.slice(share))
    } catch {
      // The connection broke under it; the next one tells.
    }
  }

  /** To processes that have come since. Work ends before they may begin. */
  async #giveAway(shards: readonly number[]): Promise<void> {
    await Promise.all(shards.map((shard) => this.#lose(shard)))
    await this.#release(shards, false)
  }

  async #lose(shard: number): Promise<void> {
    this.#untilMs.delete(shard)
    const ended = this.#ending.get(shard) ?? this.#options.onLost(shard).finally(() => this.#ending.delete(shard))
    this.#ending.set(shard, ended)
    await ended
  }

  async #release(shards: readonly number[], isGone: boolean): Promise<void> {
    const keys = [this.#workersKey(), ...shards.map((shard) => this.#ownerKey(shard))]
    await this.#options.redis.eval(releaseScript, keys.length, ...keys, this.#me, isGone ? '1' : '0')
  }

  #workersKey(): string {
    return `${this.#options.prefix}:workers`
  }

  #ownerKey(shard: number): string {
    return `${this.#options.prefix}:owner:${shard}`
  }
}
