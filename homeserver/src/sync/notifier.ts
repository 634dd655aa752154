import type { UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'

interface Waiter {
  readonly wake: () => void
}

/** Wakes the long polls of those, and only those, whom something new concerns. */
export class Notifier {
  readonly #waiting = new Map<UserId, Set<Waiter>>()

  /** Resolves when something concerns the user, the time is over, or the client went away. */
  wait(userId: UserId, timeoutMs: number, signal: AbortSignal): { promise: Promise<void>; cancel: () => void } {
    let cancel = (): void => {}
    const promise = new Promise<void>((resolve) => {
      const waiter = { wake: () => cancel() }
      const timer = setTimeout(waiter.wake, timeoutMs)
      cancel = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', waiter.wake)
        this.#remove(userId, waiter)
        resolve()
      }
      signal.addEventListener('abort', waiter.wake, { once: true })
      this.#add(userId, waiter)
      if (signal.aborted) cancel()
    })
    return { promise, cancel }
  }

  wakeUser(userId: UserId): void {
    for (const waiter of this.#waiting.get(userId) ?? []) waiter.wake()
  }

  /** Everybody who is joined to the room. */
  wakeRoom(room: Room): void {
    if (this.#waiting.size <= room.state.count('join')) {
      for (const userId of this.#waiting.keys()) if (room.state.isJoined(userId)) this.wakeUser(userId)
      return
    }
    for (const userId of room.state.members('join')) if (this.#waiting.has(userId)) this.wakeUser(userId)
  }

  get waiting(): number {
    return this.#waiting.size
  }

  #add(userId: UserId, waiter: Waiter): void {
    const waiters = this.#waiting.get(userId)
    if (waiters) waiters.add(waiter)
    else this.#waiting.set(userId, new Set([waiter]))
  }

  #remove(userId: UserId, waiter: Waiter): void {
    const waiters = this.#waiting.get(userId)
    waiters?.delete(waiter)
    if (waiters?.size === 0) this.#waiting.delete(userId)
  }
}
