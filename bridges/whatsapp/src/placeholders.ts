import type { StoreWrite } from '@pons/core'
import { isJsonObject, type JsonObject, type JsonValue } from '@pons/matrix'
import type { AccountStore } from './account-store.ts'
import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

/** The id is its sender's choice. */
export interface MessageName {
  readonly chat: Jid
  /** undefined: a line of an earlier version, which did not keep who it was. */
  readonly sender?: Jid
  readonly id: string
}

export interface Placeholder extends MessageName {
  /** When the message was sent. */
  readonly sentMs: number
  /** When it came, could not be read and was asked for again. */
  readonly askedMs: number
  /** The room was told that it did not come. */
  readonly isSaid?: boolean
}

/** Messages that could not be decrypted when they came, and stand in their rooms as a line that says so. */
export class Placeholders {
  readonly #known: Map<string, Placeholder>
  readonly #people: Pick<People, 'namesOf'>

  private constructor(known: ReadonlyMap<string, Placeholder>, people: Pick<People, 'namesOf'>) {
    this.#known = new Map(known)
    this.#people = people
  }

  static async load(store: AccountStore, people: Pick<People, 'namesOf'>): Promise<Placeholders> {
    const rows = await store.list(prefix)
    return new Placeholders(new Map(rows.flatMap(placeholderOf)), people)
  }

  has(name: MessageName): boolean {
    return this.#keysOf(name).length > 0
  }

  /** To be stored with the line. */
  add(placeholder: Placeholder): StoreWrite {
    return this.#set(placeholder)
  }

  /** Those asked for before that time, oldest first, of which the room was not told yet that they did not come. */
  unsaid(askedBeforeMs: number): readonly Placeholder[] {
    const all = [...this.#known.values()]
    return all
      .filter(({ askedMs, isSaid }) => isSaid !== true && askedMs <= askedBeforeMs)
      .toSorted((a, b) => a.sentMs - b.sentMs)
  }

  /** To be stored with what tells the room. The message may come all the same, and takes the line's place then. */
  say(placeholder: Placeholder): StoreWrite {
    return this.#set({ ...placeholder, isSaid: true })
  }

  /** To be stored with what has taken the line's place. */
  resolve(name: MessageName): StoreWrite[] {
    return this.#keysOf(name).map((key) => {
      this.#known.delete(key)
      return { key, value: undefined }
    })
  }

  /** Chat and sender may have been known by their numbers alone when the line was written. */
  #keysOf({ chat, sender, id }: MessageName): string[] {
    const senders = sender === undefined ? [] : this.#people.namesOf(sender)
    return this.#people
      .namesOf(chat)
      .flatMap((name) => [{ chat: name, id }, ...senders.map((by) => ({ chat: name, sender: by, id }))])
      .map(keyOf)
      .filter((key) => this.#known.has(key))
  }

  #set(placeholder: Placeholder): StoreWrite {
    const { chat: _chat, sender: _sender, id: _id, ...value } = placeholder
    this.#known.set(keyOf(placeholder), placeholder)
    return { key: keyOf(placeholder), value: value satisfies JsonObject }
  }
}

const prefix = 'placeholder/'

function keyOf({ chat, sender, id }: MessageName): string {
  return sender === undefined ? `${prefix}${chat}/${id}` : `${prefix}${chat}/${sender}/${id}`
}

function placeholderOf({ key, value }: { key: string; value: JsonValue }): [string, Placeholder][] {
  const [chat, ...rest] = key.slice(prefix.length).split('/')
  const jid = jidOf(chat)
  const sender = rest.length > 1 ? jidOf(rest[0]) : undefined
  const id = (sender === undefined ? rest : rest.slice(1)).join('/')
  if (jid === undefined) return []
  // Earlier versions kept no times; of those lines nothing more is said.
  const { sentMs, askedMs, isSaid } = isJsonObject(value) ? value : { isSaid: true }
  const times = { sentMs: Number(sentMs ?? 0), askedMs: Number(askedMs ?? 0) }
  return [
    [key, { chat: jid, ...(sender !== undefined && { sender }), id, ...times, ...(isSaid === true && { isSaid }) }],
  ]
}
