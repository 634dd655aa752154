import { parseJid } from '../wire/jid.ts'
import type { Chat, Group, Person } from './entities.ts'

/** Finds people and groups by what they are called on the wire. */
export class Addresses {
  readonly #people = new Map<string, Person>()
  readonly #groups = new Map<string, Group>()

  addPerson(person: Person): void {
    this.#people.set(person.pn, person)
    this.#people.set(person.lid, person)
  }

  addGroup(group: Group): void {
    this.#groups.set(group.jid, group)
  }

  get groups(): Iterable<Group> {
    return this.#groups.values()
  }

  get people(): Iterable<Person> {
    return new Set(this.#people.values())
  }

  /** Whoever has a device of that address. */
  person(jid: string | undefined): Person | undefined {
    const parsed = parseJid(jid)
    return parsed && this.#people.get(`${parsed.user}@${parsed.server}`)
  }

  group(jid: string | undefined): Group | undefined {
    return this.#groups.get(jid ?? '')
  }

  chat(jid: string | undefined): Chat | undefined {
    return this.group(jid) ?? this.person(jid)
  }
}

/** By whom a phone's Signal sessions with a linked device are filed, however it was addressed. */
export function signalAddress(person: Person, device: number): string {
  return `${person.phone}.${device}`
}

export function membersOf(chat: Chat, author: Person): readonly Person[] {
  return chat.kind === 'group' ? [...chat.members.keys()] : [...new Set([author, chat])]
}

/** The chat that `phone` has for what `author` says to `chat`. */
export function chatAt(phone: Person, author: Person, chat: Chat): Chat {
  return chat.kind === 'group' || phone === author ? chat : author
}
