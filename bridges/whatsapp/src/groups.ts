import type { ChatMember, ChatSnapshot, StoreWrite } from '@pons/core'
import type { GroupMetadata, GroupParticipant } from './protocol/group.ts'
import type { AccountStore } from './account-store.ts'
import { areAllMembers, withEarlier, type GroupRecord } from './group-record.ts'
import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

export const adminLevel = 50
const ownerLevel = 75

/** What WhatsApp has said of groups. Sending needs it, to know for whom to encrypt; a change throws it away. */
export class Groups {
  readonly #people: People
  readonly #known = new Map<string, GroupRecord>()
  #writes: StoreWrite[] = []

  private constructor(people: People) {
    this.#people = people
  }

  static async load(store: AccountStore, people: People): Promise<Groups> {
    const groups = new Groups(people)
    for (const { key, value } of await store.list('group/')) {
      if (typeof value === 'string') groups.#known.set(key.slice('group/'.length), JSON.parse(value) as GroupRecord)
    }
    return groups
  }

  /** To know for whom to encrypt; undefined where not all members are known. */
  metadata(jid: string): GroupMetadata | undefined {
    const known = this.#known.get(jid)
    return known !== undefined && areAllMembers(known) ? (known as GroupMetadata) : undefined
  }

  known(chat: Jid): ChatSnapshot | undefined {
    const metadata = this.#known.get(chat)
    return metadata === undefined ? undefined : this.#snapshotOf(metadata)
  }

  /** Takes in what is said of a group, of which a part may be left out; false where nothing of it is new. */
  learn(said: Partial<GroupMetadata> & Pick<GroupMetadata, 'id'>): boolean {
    const before = this.#known.get(said.id)
    const record = withEarlier(said, before)
    for (const participant of record.participants) this.#learnParticipant(participant)
    const after = JSON.stringify(record)
    if (JSON.stringify(before) === after) return false
    this.#known.set(said.id, record)
    this.#writes.push({ key: `group/${said.id}`, value: after })
    return true
  }

  /** Takes in the answer to a question about a whole group: a description that such a one does not have is not there. */
  learnAnswer(answer: GroupMetadata): void {
    const isWhole = answer.participants.length > 0
    this.learn(isWhole ? { ...answer, desc: answer.desc ?? '' } : answer)
  }

  forget(chat: Jid): void {
    if (this.#known.delete(chat)) this.#writes.push({ key: `group/${chat}`, value: undefined })
  }

  isAdmin(chat: Jid, person: Jid): boolean {
    const participants = this.#known.get(chat)?.participants ?? []
    return participants.some(({ id, admin }) => admin && this.#people.idOf(jidOf(id) ?? person) === person)
  }

  isMember(chat: Jid, person: Jid): boolean {
    const participants = this.#known.get(chat)?.participants ?? []
    return participants.some(({ id }) => {
      const jid = jidOf(id)
      return jid !== undefined && this.#people.idOf(jid) === person
    })
  }

  takeWrites(): StoreWrite[] {
    const writes = this.#writes
    this.#writes = []
    return writes
  }

  #learnParticipant({ id, phoneNumber, lid }: GroupParticipant): Jid | undefined {
    return this.#people.learn({ jid: id, alternative: phoneNumber ?? lid })
  }

  #snapshotOf(record: GroupRecord): ChatSnapshot {
    const { subject, desc, announce, restrict, participants } = record
    const members = participants.flatMap((participant): ChatMember[] => {
      const jid = this.#learnParticipant(participant)
      const powerLevel = levelOf(participant)
      return jid === undefined
        ? []
        : [{ user: this.#people.user(jid), ...(powerLevel !== undefined && { powerLevel }) }]
    })
    return {
      kind: 'group',
      ...(subject !== undefined && { name: subject }),
      ...(desc !== undefined && { topic: desc }),
      ...(members.length > 0 && { members }),
      membersComplete: areAllMembers(record),
      ...(announce !== undefined && { sendLevel: announce ? adminLevel : 0 }),
      ...(restrict !== undefined && { topicLevel: restrict ? adminLevel : 0 }),
      joinRule: 'invite',
    }
  }
}

function levelOf({ admin }: GroupParticipant): number | undefined {
  if (admin === undefined) return undefined
  return admin === 'superadmin' ? ownerLevel : admin === 'admin' ? adminLevel : 0
}
