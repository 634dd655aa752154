import QuickLRU from 'quick-lru'

/** Remembers what was read, unless something was changed while the read was on its way. */
export class ReadCache<Key, Value> {
  readonly #known: QuickLRU<Key, Value>
  #changes = 0

  constructor(limit: number) {
    this.#known = new QuickLRU({ maxSize: limit })
  }

  peek(key: Key): Value | undefined {
    return this.#known.get(key)
  }

  /** What does not exist is not remembered. */
  async get(key: Key, read: () => Promise<Value>): Promise<Value>
  async get(key: Key, read: () => Promise<Value | undefined>): Promise<Value | undefined>
  async get(key: Key, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const before = this.#changes
    const value = await read()
    if (value !== undefined && this.#changes === before) this.#known.set(key, value)
    return value
  }

  /** For what was read or written in a transaction; to be called after its commit. */
  put(key: Key, value: Value): void {
    this.#changes += 1
    this.#known.set(key, value)
  }

  forget(key: Key): void {
    this.#changes += 1
    this.#known.delete(key)
  }

  clear(): void {
    this.#changes += 1
    this.#known.clear()
  }
}
