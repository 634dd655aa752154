import type { ApplyInfo } from './apply-info.ts'
import type { ApplySnapshot } from './apply-snapshot.ts'
import type { BridgeInto } from './bridge-into.ts'
import type { MindDoor } from './door.ts'
import type { EndPortal } from './end-portal.ts'
import type { EnterChat } from './enter-chat.ts'
import type { FreshSnapshot } from './fresh-snapshot.ts'
import type { DeliverOld } from './from-network/deliver-old.ts'
import type { Deliverers } from './from-network/deliverers.ts'
import type { Mentions } from './from-network/mentions.ts'
import type { NamedMessages } from './from-network/named-messages.ts'
import type { ReadHistory } from './from-network/read-history.ts'
import type { Wording } from './from-network/wording.ts'
import type { Hearers } from './hearers.ts'
import type { MendForm } from './mend-form.ts'
import type { OpenedChats } from './opened-chats.ts'
import type { People } from './people.ts'
import type { RoomMaker } from './room-maker.ts'
import type { Spellings } from './spellings.ts'

/** What is built once for the rooms of chats, each over what it needs. For the wiring: whoever uses some of it names that. */
export interface Rooms {
  readonly people: People
  readonly named: NamedMessages
  readonly mentions: Mentions
  readonly wording: Wording
  readonly spellings: Spellings
  readonly mindDoor: MindDoor
  readonly mendForm: MendForm
  readonly applyInfo: ApplyInfo
  readonly freshSnapshot: FreshSnapshot
  readonly applySnapshot: ApplySnapshot
  readonly rooms: RoomMaker
  readonly hearers: Hearers
  readonly endPortal: EndPortal
  readonly opened: OpenedChats
  readonly enterChat: EnterChat
  readonly bridgeInto: BridgeInto
  readonly deliverers: Deliverers
  readonly readHistory: ReadHistory
  readonly deliverOld: DeliverOld
}
