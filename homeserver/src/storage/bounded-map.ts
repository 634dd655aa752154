/** A Map that forgets what was used longest ago. */
export class BoundedMap<Key, Value> {
  readonly #limit: number
  readonly #map = new Map<Key, Value>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: Key): Value | undefined {
    const value = this.#map.get(key)
    // Only a crowded map pays for keeping order.
    if (value !== undefined && this.#map.size > this.#limit / 2) {
      this.#map.delete(key)
      this.#map.set(key, value)
    }
    return value
  }

  set(key: Key, value: Value): void {
    this.#map.delete(key)
    this.#map.set(key, value)
    if (this.#map.size <= this.#limit) return
    for (const oldest of this.#map.keys()) {
      this.#map.delete(oldest)
      return
    }
  }

  delete(key: Key): void {
    this.#map.delete(key)
  }

  clear(): void {
    this.#map.clear()
  }

  get size(): number {
    return this.#map.size
  }
}
