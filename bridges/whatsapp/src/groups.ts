import type { ChatMember, ChatSnapshot, StoreWrite } from '@pons/core'
import type { GroupMetadata, GroupParticipant } from '@whiskeysockets/baileys'
import type { AccountStore } from './account-store.ts'
import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

export const adminLevel = 50
const ownerLevel = 75

/** What WhatsApp has said of groups. Sending needs it, to know for whom to encrypt; a change throws it away. */
export class Groups {
  readonly #people: People
  readonly #known = new Map<string, GroupMetadata>()
  #writes: StoreWrite[] = []

  private constructor(people: People) {
    this.#people = people
  }

  static async load(store: AccountStore, people: People): Promise<Groups> {
    const groups = new Groups(people)
    for (const { key, value } of await store.list('group/')) {
      if (typeof value === 'string') groups.#known.set(key.slice('group/'.length), JSON.parse(value) as GroupMetadata)
    }
    return groups
  }

  metadata(jid: string): GroupMetadata | undefined {
    return this.#known.get(jid)
  }

  known(chat: Jid): ChatSnapshot | undefined {
    const metadata = this.#known.get(chat)
    return metadata === undefined ? undefined : this.#snapshotOf(metadata)
  }

  /** Takes in what is said of a group; false where nothing of it is new. */
  learn(metadata: GroupMetadata): boolean {
    for (const participant of metadata.participants) this.#learnParticipant(participant)
    const before = JSON.stringify(this.#known.get(metadata.id))
    const after = JSON.stringify(metadata)
    if (before === after) return false
    this.#known.set(metadata.id, metadata)
    this.#writes.push({ key: `group/${metadata.id}`, value: after })
    return true
  }

  forget(chat: Jid): void {
    if (this.#known.delete(chat)) this.#writes.push({ key: `group/${chat}`, value: undefined })
  }

  isAdmin(chat: Jid, person: Jid): boolean {
    const participants = this.#known.get(chat)?.participants ?? []
    return participants.some(({ id, admin }) => admin && this.#people.idOf(jidOf(id) ?? person) === person)
  }

  takeWrites(): StoreWrite[] {
    const writes = this.#writes
    this.#writes = []
    return writes
  }

  #learnParticipant({ id, phoneNumber, lid }: GroupParticipant): Jid | undefined {
    return this.#people.learn({ jid: id, alternative: phoneNumber ?? lid })
  }

  #snapshotOf({ subject, desc, announce, restrict, size, participants }: GroupMetadata): ChatSnapshot {
    const members = participants.flatMap((participant): ChatMember[] => {
      const jid = this.#learnParticipant(participant)
      return jid === undefined ? [] : [{ user: this.#people.user(jid), powerLevel: levelOf(participant) }]
    })
    return {
      kind: 'group',
      name: subject,
      topic: desc ?? '',
      members,
      membersComplete: size === undefined || size <= participants.length,
      sendLevel: announce === true ? adminLevel : 0,
      topicLevel: restrict === true ? adminLevel : 0,
      joinRule: 'invite',
    }
  }
}

function levelOf({ admin }: GroupParticipant): number {
  return admin === 'superadmin' ? ownerLevel : admin === 'admin' ? adminLevel : 0
}
