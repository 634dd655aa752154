import { proto } from '@whiskeysockets/baileys'
import type { AppState, SavedAccountState } from './account/app-state.ts'
import type { Companion } from './world/entities.ts'
import { Outbox } from './deliveries/outbox.ts'
import type { Faults } from './faults.ts'
import { SignalDevice, type SavedDevice } from './signal/signal-device.ts'
import type { Stanza } from './wire/stanza.ts'
import type { Addresses } from './world/addresses.ts'
import type { Chat, Group, Person, PhoneMessage } from './world/entities.ts'
import { newPerson } from './world/new-person.ts'

/** Everything people, phones and linked devices have, as plain values: people by phone number, groups by id. */
export interface SavedServer {
  readonly people: readonly SavedPerson[]
  readonly groups: readonly SavedGroup[]
}

interface SavedPerson {
  readonly name: string
  readonly phone: string
  readonly device: SavedDevice
  readonly contactNames: readonly (readonly [phone: string, name: string])[]
  readonly companions: readonly SavedCompanion[]
  /** Left out by an earlier version. */
  readonly lastDevice?: number
  readonly messages: readonly SavedMessage[]
  readonly appState: SavedAccountState | undefined
}

type SavedCompanion = Omit<Companion, 'person' | 'outbox' | 'connection'> & { readonly waiting: readonly Stanza[] }

type SavedGroup = Omit<Group, 'kind' | 'creator' | 'members'> & {
  readonly creator: string
  readonly members: readonly (readonly [phone: string, isAdmin: boolean])[]
}

type SavedMessage = Omit<PhoneMessage, 'author' | 'chat' | 'sent' | 'reactions' | 'readBy'> & {
  readonly author: string
  readonly chat: string
  readonly sent: Uint8Array
  readonly reactions: readonly (readonly [phone: string, emoji: string])[]
  readonly readBy: readonly string[]
}

interface ServerParts {
  readonly addresses: Addresses
  readonly appState: AppState
  readonly faults: Faults
}

export function savedServer({ addresses, appState }: ServerParts): SavedServer {
  return {
    people: [...addresses.people].map((person) => savedPerson(person, appState)),
    groups: [...addresses.groups].map(({ kind: _, creator, members, ...group }) => ({
      ...group,
      creator: creator.phone,
      members: [...members].map(([{ phone }, { isAdmin }]) => [phone, isAdmin] as const),
    })),
  }
}

export function resumeServer({ people, groups }: SavedServer, { addresses, appState, faults }: ServerParts): void {
  const known = new Map(people.map((saved) => [saved.phone, newPerson(saved, new SignalDevice(saved.device))]))
  const personOf = (phone: string): Person => {
    const person = known.get(phone)
    if (person === undefined) throw new Error(`a saved server without ${phone}`)
    return person
  }
  for (const person of known.values()) addresses.addPerson(person)
  for (const { creator, members, ...group } of groups) {
    const entries = members.map(([phone, isAdmin]) => [personOf(phone), { isAdmin }] as const)
    addresses.addGroup({ ...group, kind: 'group', creator: personOf(creator), members: new Map(entries) })
  }
  for (const saved of people) {
    const person = personOf(saved.phone)
    for (const [phone, name] of saved.contactNames) person.contactNames.set(personOf(phone), name)
    for (const { waiting, ...companion } of saved.companions) {
      const outbox = new Outbox(faults, waiting)
      person.companions.set(companion.number, { ...companion, person, outbox, connection: undefined })
    }
    person.lastDevice = saved.lastDevice ?? Math.max(0, ...person.companions.keys())
    person.messages.push(...saved.messages.map((message) => resumedMessage(message, addresses, personOf)))
    if (saved.appState !== undefined) appState.resume(person, saved.appState)
  }
}

function savedPerson(person: Person, appState: AppState): SavedPerson {
  const { name, phone, device, contactNames, companions, lastDevice, messages } = person
  return {
    name,
    phone,
    device: device.saved(),
    lastDevice,
    contactNames: [...contactNames].map(([contact, called]) => [contact.phone, called] as const),
    companions: [...companions.values()].map(({ person: _, connection: __, outbox, ...companion }) => ({
      ...companion,
      waiting: outbox.waiting,
    })),
    messages: messages.map(savedMessage),
    appState: appState.saved(person),
  }
}

function savedMessage({ author, chat, sent, reactions, readBy, ...message }: PhoneMessage): SavedMessage {
  return {
    ...message,
    author: author.phone,
    chat: nameOf(chat),
    sent: proto.Message.encode(sent).finish(),
    reactions: [...reactions].map(([{ phone }, emoji]) => [phone, emoji] as const),
    readBy: [...readBy].map(({ phone }) => phone),
  }
}

function resumedMessage(
  { author, chat, sent, reactions, readBy, ...message }: SavedMessage,
  addresses: Addresses,
  personOf: (phone: string) => Person,
): PhoneMessage {
  return {
    ...message,
    author: personOf(author),
    chat: addresses.group(chat) ?? personOf(chat),
    sent: proto.Message.decode(sent),
    reactions: new Map(reactions.map(([phone, emoji]) => [personOf(phone), emoji])),
    readBy: new Set(readBy.map(personOf)),
  }
}

function nameOf(chat: Chat): string {
  return chat.kind === 'group' ? chat.jid : chat.phone
}
