import { nowSeconds } from '../wire/clock.ts'
import { stanza, type Stanza } from '../wire/stanza.ts'
import { newStanzaId } from '../wire/stanza-id.ts'
import type { Group, Person } from './entities.ts'

/** What happens to groups; every linked device of everybody in them is told, that of the one who did it too. */
export class GroupChanges {
  readonly #onMembersGone: (group: Group) => void
  readonly #onChange: () => void

  constructor(onMembersGone: (group: Group) => void, onChange: () => void) {
    this.#onMembersGone = onMembersGone
    this.#onChange = onChange
  }

  async rename(author: Person, group: Group, subject: string): Promise<void> {
    group.subject = subject
    await this.#tell(
      author,
      group,
      stanza('subject', { subject, s_t: nowSeconds(), s_o: author.lid, s_o_pn: author.pn }),
    )
  }

  async describe(author: Person, group: Group, description: string): Promise<void> {
    group.description = description
    group.descriptionId = newStanzaId()
    await this.#tell(author, group, descriptionNode(group))
  }

  async add(author: Person, group: Group, people: readonly Person[]): Promise<void> {
    for (const person of people) group.members.set(person, { isAdmin: false })
    await this.#tell(author, group, stanza('add', {}, people.map(participantOf(group))))
  }

  async remove(author: Person, group: Group, people: readonly Person[]): Promise<void> {
    const told = [...group.members.keys()]
    const nodes = people.map(participantOf(group))
    for (const person of people) group.members.delete(person)
    this.#onMembersGone(group)
    const tag = people.length === 1 && people[0] === author ? 'leave' : 'remove'
    await this.#tell(author, group, stanza(tag, {}, nodes), told)
  }

  async setAdmin(author: Person, group: Group, given: { people: readonly Person[]; isAdmin: boolean }): Promise<void> {
    const { people, isAdmin } = given
    for (const person of people) group.members.set(person, { isAdmin })
    await this.#tell(author, group, stanza(isAdmin ? 'promote' : 'demote', {}, people.map(participantOf(group))))
  }

  /** 0: messages stay. */
  async setTimer(author: Person, group: Group, seconds: number): Promise<void> {
    group.timerSeconds = seconds
    await this.#tell(author, group, timerNode(seconds))
  }

  /** A new group appears at those in it. */
  async create(group: Group): Promise<void> {
    await this.#tell(group.creator, group, stanza('create', { type: 'new' }, [groupNode(group)]))
  }

  async #tell(author: Person, group: Group, change: Stanza, told = [...group.members.keys()]): Promise<void> {
    this.#onChange()
    const attrs = {
      from: group.jid,
      type: 'w:gp2',
      id: newStanzaId(),
      t: nowSeconds(),
      participant: author.lid,
      participant_pn: author.pn,
      notify: author.name,
      addressing_mode: 'lid',
    }
    const companions = told.flatMap((member) => [...member.companions.values()])
    await Promise.all(companions.map(({ outbox }) => outbox.post(stanza('notification', attrs, [change]))))
  }
}

export function groupNode(group: Group): Stanza {
  const createdAt = String(group.createdAt)
  const attrs = {
    id: group.jid.slice(0, group.jid.indexOf('@')),
    subject: group.subject,
    s_t: createdAt,
    s_o: group.creator.lid,
    creation: createdAt,
    creator: group.creator.lid,
    creator_pn: group.creator.pn,
    addressing_mode: 'lid',
    size: String(group.members.size),
  }
  const description = group.description === '' ? [] : [descriptionNode(group)]
  const timer = group.timerSeconds === 0 ? [] : [timerNode(group.timerSeconds)]
  return stanza('group', attrs, [...description, ...timer, ...[...group.members.keys()].map(participantOf(group))])
}

function timerNode(seconds: number): Stanza {
  return seconds === 0 ? stanza('not_ephemeral') : stanza('ephemeral', { expiration: String(seconds) })
}

function descriptionNode(group: Group): Stanza {
  const attrs = { id: group.descriptionId, t: nowSeconds(), participant: group.creator.lid }
  return stanza('description', attrs, [stanza('body', {}, Buffer.from(group.description))])
}

function participantOf(group: Group) {
  return (person: Person): Stanza => {
    const isAdmin = group.members.get(person)?.isAdmin === true
    const type = !isAdmin ? undefined : person === group.creator ? 'superadmin' : 'admin'
    return stanza('participant', { jid: person.lid, phone_number: person.pn, type })
  }
}
