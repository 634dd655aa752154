import type { StoreWrite } from '@pons/core'
import { isJsonObject, type JsonValue } from '@pons/matrix'
import type { GroupMetadata } from './protocol/group.ts'
import type { AccountStore } from './account-store.ts'
import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

/** How long messages stay in a chat; 0: for good. */
export interface Timer {
  readonly seconds: number
  /** When it was set, seconds since 1970. */
  readonly setAt: number
}

/** The timers of the account's chats. Each device puts the chat's into what it sends: no server does. */
export class Timers {
  readonly #people: People
  readonly #known = new Map<Jid, Timer>()
  #writes: StoreWrite[] = []

  private constructor(people: People) {
    this.#people = people
  }

  static async load(store: AccountStore, people: People): Promise<Timers> {
    const timers = new Timers(people)
    for (const { key, value } of await store.list('timer/')) {
      const jid = jidOf(key.slice('timer/'.length))
      const timer = timerIn(value)
      if (jid !== undefined && timer !== undefined) timers.#known.set(jid, timer)
    }
    return timers
  }

  /** undefined: not known. A chat may have been known by its other address when it was learnt. */
  of(chat: Jid): Timer | undefined {
    const known = this.#people.namesOf(chat).flatMap((name) => this.#known.get(name) ?? [])
    return known.toSorted((a, b) => b.setAt - a.setAt)[0]
  }

  /** True where it is another one. What was set before the one that is known says nothing. */
  learn(chat: Jid, timer: Timer): boolean {
    const before = this.of(chat)
    if (!Number.isSafeInteger(timer.seconds) || timer.seconds < 0 || (before && before.setAt > timer.setAt))
      return false
    const isAnother = (before?.seconds ?? 0) !== timer.seconds
    if (!isAnother && before !== undefined) return false
    this.#known.set(chat, timer)
    this.#writes.push({ key: `timer/${chat}`, value: { ...timer } })
    return isAnother
  }

  /** What the server says of a whole group, now. */
  learnGroup({ id, participants, ephemeralDuration: seconds = 0 }: GroupMetadata, nowMs: number): void {
    const chat = jidOf(id)
    // The library leaves out what an answer that is a part of one does not say.
    if (chat !== undefined && participants.length > 0) this.learn(chat, { seconds, setAt: Math.floor(nowMs / 1000) })
  }

  takeWrites(): StoreWrite[] {
    const writes = this.#writes
    this.#writes = []
    return writes
  }
}

function timerIn(value: JsonValue): Timer | undefined {
  if (!isJsonObject(value)) return undefined
  const { seconds, setAt } = value
  return typeof seconds === 'number' && typeof setAt === 'number' ? { seconds, setAt } : undefined
}
