import type { proto } from '@whiskeysockets/baileys'
import type { Outbox } from '../deliveries/outbox.ts'
import type { Line } from '../line.ts'
import type { SignalDevice } from '../signal/signal-device.ts'
import type { OpenedMedia } from '../media/media-files.ts'

/** Somebody with a phone: device 0 of the account. */
export interface Person {
  readonly kind: 'person'
  readonly name: string
  /** Digits. */
  readonly phone: string
  /** By number: `15550000001@s.whatsapp.net`. */
  readonly pn: string
  /** The opaque address that chats go by: `90015550000001@lid`. */
  readonly lid: string
  readonly device: SignalDevice
  /** Linked devices, by device number. */
  readonly companions: Map<number, Companion>
  /** Of all devices that were ever linked, the last: a number is given once. */
  lastDevice: number
  /** What the phone has, of every chat, in the order it came. */
  readonly messages: PhoneMessage[]
  /** Who has been seen typing, in the order it was seen; `chat` as this phone has it. */
  readonly typingSeen: { readonly author: Person; readonly chat: Chat }[]
  /** How the account's phone book calls others. */
  readonly contactNames: Map<Person, string>
  pictureUrl: string | undefined
  /** Shows others what it has read. */
  tellsReads: boolean
  /** Messages as this person's phone has them, in the order in which it received them; of one chat if given. */
  seen(chat?: Chat): readonly PhoneMessage[]
}

export interface Group {
  readonly kind: 'group'
  /** `120363000000000001@g.us`. */
  readonly jid: string
  subject: string
  description: string
  descriptionId: string | undefined
  /** How long messages stay; 0: for good. */
  timerSeconds: number
  pictureUrl?: string | undefined
  /** Seconds. */
  readonly createdAt: number
  readonly creator: Person
  readonly members: Map<Person, { isAdmin: boolean }>
}

export type Chat = Person | Group

/** A message as one phone has it. */
export interface PhoneMessage {
  readonly id: string
  readonly author: Person
  /** The other person, or the group. */
  readonly chat: Chat
  /** Milliseconds. */
  readonly at: number
  /** As it was sent, wrapping taken off. */
  readonly sent: proto.IMessage
  /** Text or caption, as it is by now. */
  text: string
  isEdited: boolean
  isDeleted: boolean
  readonly reactions: Map<Person, string>
  readonly repliesTo: { readonly id: string; readonly text: string } | undefined
  readonly media: OpenedMedia | undefined
  readonly location: { readonly latitude: number; readonly longitude: number; readonly name: string } | undefined
  readonly contact: { readonly name: string; readonly vcard: string } | undefined
  readonly readBy: Set<Person>
}

interface SignedPreKey {
  readonly id: number
  readonly publicKey: Buffer
  readonly signature: Buffer
}

/** A linked device of a person, as the server knows it; it outlives every connection. */
export interface Companion {
  readonly person: Person
  /** 1 and up. */
  readonly number: number
  /** `15550000001:1@s.whatsapp.net`. */
  readonly pn: string
  readonly lid: string
  /** What authenticates its logins. */
  readonly noiseKey: Buffer
  readonly identity: Buffer
  readonly registrationId: number
  signedPreKey: SignedPreKey
  /** One-time keys that nobody has asked for yet. */
  readonly preKeys: Map<number, Buffer>
  readonly outbox: Outbox
  connection: Line | undefined
  /** Its history has been sent. */
  hasHistory: boolean
}
