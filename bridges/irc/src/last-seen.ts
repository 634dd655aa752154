import type { NetworkStore, StoreWrite } from '@pons/core'
import { isJsonObject, type Clock } from '@pons/matrix'

interface Seen {
  readonly atMs: number
  /** The connection that is in the channel and reads on. */
  readonly by?: string
  /** Nobody is known to have ever said anything there. */
  readonly isSilent?: true
}

export interface LastSeenOptions {
  /** The network's. */
  readonly name: string
  readonly store: NetworkStore
  readonly clock: Clock
  /** When that connection last read a line, by the server's clock; undefined while there is none. */
  readonly heardBy: (key: string) => number | undefined
  /** Resolves once what was read is stored; false: it was dropped. */
  readonly areStored: () => Promise<boolean>
  readonly onError: (error: unknown) => void
}

/** After a crash the times are at most this much too early. */
const beatMs = 30_000

/**
 * Until when a connection of ours was in each channel and read what was said there, by the server's clock and by folded
 * channel. In the store a time never runs ahead of the lines that were stored.
 */
export class LastSeen {
  readonly #options: LastSeenOptions
  readonly #seen = new Map<string, Seen>()
  readonly #unsaved = new Set<string>()
  #saving: Promise<void> = Promise.resolve()
  #cancelBeat: (() => void) | undefined

  constructor(options: LastSeenOptions) {
    this.#options = options
  }

  async load(): Promise<void> {
    const { store, name } = this.#options
    const heard = new Map<string, number>()
    for (const { key, value } of await store.list(`heard/${name}/`)) heard.set(key, Number(value))
    const prefix = this.#keyOf('')
    for (const { key, value } of await store.list(prefix)) {
      if (!isJsonObject(value)) continue
      const { by } = value
      const heardMs = typeof by === 'string' ? heard.get(this.#heardKeyOf(by)) : undefined
      const channel = key.slice(prefix.length)
      const isSilent = value['isSilent'] === true
      this.#seen.set(channel, { atMs: Math.max(Number(value['atMs']), heardMs ?? 0), ...(isSilent && { isSilent }) })
      // That connection will be heard again without being in the channel.
      if (by !== undefined) this.#unsaved.add(channel)
    }
  }

  of(channel: string): number | undefined {
    return this.#seen.get(channel)?.atMs
  }

  /** Is nobody known to have ever said anything there? */
  isSilent(channel: string): boolean {
    return this.#seen.get(channel)?.isSilent === true
  }

  /** Somebody said something. */
  noteSaid(channel: string): void {
    const seen = this.#seen.get(channel)
    if (seen?.isSilent !== true) return
    const { isSilent, ...rest } = seen
    this.#set(channel, rest)
  }

  /** What was said before is on its way to be stored. The store learns of it later: until then it names the older time. */
  enter(channel: string, by: string, { atMs, isSilent }: { readonly atMs: number; readonly isSilent: boolean }): void {
    const before = this.#seen.get(channel)
    const isStill = isSilent && (before === undefined || before.isSilent === true)
    this.#set(channel, { atMs, by, ...(isStill && { isSilent }) })
    this.#cancelBeat ??= this.#options.clock.schedule(() => this.#beat(), beatMs)
  }

  handOver(channel: string, from: string, to: string): void {
    const seen = this.#seen.get(channel)
    if (seen?.by === from) this.#set(channel, { ...seen, by: to })
  }

  leave(channel: string, by: string, atMs: number): void {
    const seen = this.#seen.get(channel)
    if (seen?.by !== by) return
    const { by: _, ...rest } = seen
    this.#set(channel, { ...rest, atMs: Math.max(seen.atMs, atMs) })
    // All channels of a connection that ends are left together.
    queueMicrotask(() => this.#save([]))
    if (this.#readers().size === 0) this.#stopBeat()
  }

  /** The same channel under another name. */
  rename(from: string, to: string): void {
    const seen = this.#seen.get(from)
    if (seen === undefined || from === to) return
    this.#set(to, seen)
    this.forget(from)
  }

  /** The channel was left for good. */
  forget(channel: string): void {
    if (!this.#seen.delete(channel)) return
    this.#unsaved.add(channel)
    queueMicrotask(() => this.#save([]))
  }

  /** Resolves when what has changed by now is in the store. */
  async saved(): Promise<void> {
    await Promise.resolve()
    await this.#saving
  }

  #set(channel: string, seen: Seen): void {
    this.#seen.set(channel, seen)
    this.#unsaved.add(channel)
  }

  #readers(): ReadonlySet<string> {
    return new Set([...this.#seen.values()].flatMap(({ by }) => by ?? []))
  }

  #stopBeat(): void {
    this.#cancelBeat?.()
    this.#cancelBeat = undefined
  }

  #beat(): void {
    const heard = [...this.#readers()].flatMap((by): StoreWrite[] => {
      const value = this.#options.heardBy(by)
      return value === undefined ? [] : [{ key: this.#heardKeyOf(by), value }]
    })
    this.#cancelBeat = this.#options.clock.schedule(() => this.#beat(), beatMs)
    this.#save(heard)
  }

  #save(heard: readonly StoreWrite[]): void {
    const rows = [...this.#unsaved].map((channel): StoreWrite => {
      const seen = this.#seen.get(channel)
      return { key: this.#keyOf(channel), value: seen && { ...seen } }
    })
    this.#unsaved.clear()
    const writes = [...rows, ...heard]
    if (writes.length === 0) return
    const { areStored, store, onError } = this.#options
    this.#saving = this.#saving
      .then(async () => {
        if (await areStored()) await store.write(writes)
      })
      .catch(onError)
  }

  #keyOf(channel: string): string {
    return `seen/${this.#options.name}/${channel}`
  }

  #heardKeyOf(by: string): string {
    return `heard/${this.#options.name}/${by}`
  }
}
