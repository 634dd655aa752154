interface Item {
  readonly seq: number
  readonly bytes: number
}

interface Bounds {
  readonly count: number
  readonly bytes: number
}

/** Who types and who has read what: of no use to a service that was away for long. */
const EPHEMERAL: Bounds = { count: 1000, bytes: 1024 * 1024 }
/** As of a device that reads its messages itself. */
const DEVICE: Bounds = { count: 5000, bytes: 8 * 1024 * 1024 }

/**
 * What waits for a service beside events. Events are kept however many they are; of these the newest stay, or anybody could
 * fill the database while the service is away.
 */
export class Outstanding {
  readonly #ephemeral = new Queue(EPHEMERAL)
  readonly #byDevice = new Map<string, Queue>()

  /** The numbers of those that are too many with it. */
  addEphemeral(item: Item): number[] {
    return this.#ephemeral.add(item)
  }

  addToDevice(userId: string, deviceId: string, item: Item): number[] {
    const key = `${userId}\0${deviceId}`
    const queue = this.#byDevice.get(key) ?? new Queue(DEVICE)
    this.#byDevice.set(key, queue)
    return queue.add(item)
  }

  delivered(upTo: number): void {
    this.#ephemeral.delivered(upTo)
    for (const [key, queue] of this.#byDevice) {
      queue.delivered(upTo)
      if (queue.isEmpty) this.#byDevice.delete(key)
    }
  }
}

class Queue {
  readonly #bounds: Bounds
  #items: Item[] = []
  #first = 0
  #bytes = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  get isEmpty(): boolean {
    return this.#first === this.#items.length
  }

  add(item: Item): number[] {
    this.#items.push(item)
    this.#bytes += item.bytes
    const { count, bytes } = this.#bounds
    const surplus: number[] = []
    while (this.#items.length - this.#first > count || this.#bytes > bytes) surplus.push(this.#shift())
    return surplus
  }

  delivered(upTo: number): void {
    while (!this.isEmpty && this.#items[this.#first]!.seq <= upTo) this.#shift()
  }

  #shift(): number {
    const { seq, bytes } = this.#items[this.#first++]!
    this.#bytes -= bytes
    if (this.#first > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return seq
  }
}
