import type { SignalDataSet, SignalKeyStore, SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'
import { AsyncLocalStorage } from 'node:async_hooks'
import { connectionClosed } from './before-end.ts'

type Values = Map<string, unknown>

/** @throws where nothing of it became durable */
export type StoreChanges = (changes: SignalDataSet) => Promise<void>

/** One transaction: what it has read, and what it has changed. */
interface Work {
  readonly seen: Map<string, Values>
  readonly changed: Map<string, Values>
  /** What it stores ahead of its end. */
  storing: Promise<unknown>
  /** Makes durable what is changed at the end, in place of the store of the keys. */
  endWith?: StoreChanges
  isOver: boolean
}

/**
 * Who has a group's key is noted when the message that carries it has left; stored before that, a crash would leave members
 * who never got it.
 */
const knownOnceSent = 'sender-key-memory'

/**
 * An account's keys, changed by one piece of work after another. The library has transactions of its own, with two faults: a
 * send takes another lock than a decryption, and both step the same session, so that the one that stores last undoes the
 * other's step; and a send is stored after it has left, so that after a crash its keys are used for the next message, which
 * nobody can read. Here everything takes one turn, on whichever connection it runs, and `store` is called before anything
 * leaves. What a send asks the server meanwhile is answered outside of any transaction; where no answer comes any more, since
 * the connection has ended, its turn ends with it, and what it changes later counts for nothing.
 */
export class KeyTransactions {
  readonly #keys: SignalKeyStore
  readonly #work = new AsyncLocalStorage<Work>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(keys: SignalKeyStore) {
    this.#keys = keys
  }

  /** Stands in for the transactions that the library has made for a connection; the signal says that it has ended. */
  standInFor(keys: SignalKeyStoreWithTransaction, ended: AbortSignal): void {
    keys.get = async (type, ids) => (await this.#get(type, ids)) as never
    keys.set = async (data) => {
      if (ended.aborted) throw connectionClosed()
      await this.#set(data)
    }
    keys.isInTransaction = () => this.#current() !== undefined
    keys.transaction = async (work) => await this.#transaction(work, ended)
  }

  /** Is there anything to be stored of the work that is going on here? */
  get isStored(): boolean {
    const changed = this.#current()?.changed
    return changed === undefined || [...changed.keys()].every((type) => type === knownOnceSent)
  }

  /** Makes durable what the work that is going on here has changed so far. */
  async store(): Promise<void> {
    const work = this.#current()
    if (work === undefined) return
    const { changed } = work
    const stored = [...changed].filter(([type]) => type !== knownOnceSent)
    for (const [type] of stored) changed.delete(type)
    const storing = Promise.all([work.storing, stored.length > 0 && this.#keys.set(dataOf(stored))])
    work.storing = storing.catch(() => undefined)
    await storing
  }

  /** The work that is going on here ends with more than its own changes: they are handed over, to be stored with it. */
  endWith(store: StoreChanges): void {
    const work = this.#current()
    if (work !== undefined) work.endWith = store
  }

  /** All that the work changes becomes durable, or nothing; within another it is a part of that. */
  async #transaction<T>(work: () => Promise<T>, ended: AbortSignal): Promise<T> {
    if (this.#current() !== undefined) return await work()
    const done = this.#turn.then(async () => await this.#run(work, ended))
    this.#turn = done.catch(() => undefined)
    return await done
  }

  async #run<T>(work: () => Promise<T>, ended: AbortSignal): Promise<T> {
    const current: Work = { seen: new Map(), changed: new Map(), storing: Promise.resolve(), isOver: false }
    try {
      const result = await beforeAbort(ended, async () => await this.#work.run(current, work))
      const store = current.endWith ?? (async (changes) => await this.#keys.set(changes))
      if (current.changed.size > 0) await store(dataOf(current.changed))
      return result
    } finally {
      current.isOver = true
      // Whoever is next must see it.
      await current.storing
      // What began within it may live on, and remember it: a key of a few bytes holds a slab of memory of many.
      current.seen.clear()
      current.changed.clear()
    }
  }

  /** What a transaction has begun and not waited for is no part of it once it is over. */
  #current(): Work | undefined {
    const work = this.#work.getStore()
    return work?.isOver === true ? undefined : work
  }

  async #get(type: keyof SignalDataSet, ids: readonly string[]): Promise<Record<string, unknown>> {
    const work = this.#current()
    if (work === undefined) return await this.#keys.get(type, [...ids])
    const seen = of(work.seen, type)
    const missing = ids.filter((id) => !seen.has(id))
    const found: Record<string, unknown> = missing.length > 0 ? await this.#keys.get(type, missing) : {}
    // What was changed while it was read stands.
    for (const id of missing) if (!seen.has(id)) seen.set(id, found[id])
    return Object.fromEntries(ids.flatMap((id) => (isNothing(seen.get(id)) ? [] : [[id, seen.get(id)]])))
  }

  async #set(data: SignalDataSet): Promise<void> {
    const work = this.#current()
    if (work === undefined) return await this.#keys.set(data)
    for (const [type, values] of Object.entries(data)) {
      for (const [id, value] of Object.entries(values as Record<string, unknown>)) {
        of(work.seen, type).set(id, value)
        of(work.changed, type).set(id, value)
      }
    }
  }
}

async function beforeAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw connectionClosed()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(connectionClosed())
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function of(values: Map<string, Values>, type: string): Values {
  const found = values.get(type) ?? new Map<string, unknown>()
  values.set(type, found)
  return found
}

function dataOf(changed: Iterable<readonly [string, Values]>): SignalDataSet {
  return Object.fromEntries([...changed].map(([type, values]) => [type, Object.fromEntries(values)])) as SignalDataSet
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}
