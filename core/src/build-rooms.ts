import type { BridgeContext } from './bridge-context.ts'
import { buildDeliverers } from './portal/from-network/build-deliverers.ts'
import { infoApplier } from './portal/apply-info.ts'
import { snapshotApplier } from './portal/apply-snapshot.ts'
import { roomBridger } from './portal/bridge-into.ts'
import { roomCreator } from './portal/create-room.ts'
import { doorMinder } from './portal/door.ts'
import { portalEnder } from './portal/end-portal.ts'
import { chatOpener } from './portal/enter-chat.ts'
import { snapshotTaker } from './portal/fresh-snapshot.ts'
import { oldDeliverer } from './portal/from-network/deliver-old.ts'
import { Mentions } from './portal/from-network/mentions.ts'
import { NamedMessages } from './portal/from-network/named-messages.ts'
import { historyReader } from './portal/from-network/read-history.ts'
import { wordingOver } from './portal/from-network/wording.ts'
import { Hearers } from './portal/hearers.ts'
import { formMender } from './portal/mend-form.ts'
import { OpenedChats } from './portal/opened-chats.ts'
import { People } from './portal/people.ts'
import { RoomMaker } from './portal/room-maker.ts'
import type { Rooms } from './portal/rooms.ts'
import { Spellings } from './portal/spellings.ts'

/** What stands beneath the rooms of chats. */
export type BeneathRooms = Omit<BridgeContext, keyof Rooms>

/** Each over those before it. */
export function buildRooms(beneath: BeneathRooms): Rooms {
  const named = new NamedMessages(beneath)
  const showing = { ...beneath, ...buildShowing(beneath), named }
  const speaking = { ...showing, ...buildSpeaking(showing) }
  const delivering = { ...speaking, deliverers: buildDeliverers(speaking) }
  return {
    ...delivering,
    ...buildOpening(showing),
    hearers: new Hearers(showing),
    readHistory: historyReader(delivering),
    deliverOld: oldDeliverer(delivering),
  }
}

type Showing = Pick<
  Rooms,
  'people' | 'spellings' | 'mindDoor' | 'mendForm' | 'applyInfo' | 'freshSnapshot' | 'applySnapshot'
>

/** A room shows what its chat is like. */
function buildShowing(beneath: BeneathRooms): Showing {
  const people = new People(beneath)
  const mindDoor = doorMinder(beneath)
  const mendForm = formMender(beneath)
  const applyInfo = infoApplier({ ...beneath, mindDoor })
  return {
    people,
    mindDoor,
    mendForm,
    applyInfo,
    spellings: new Spellings(beneath),
    freshSnapshot: snapshotTaker(beneath),
    applySnapshot: snapshotApplier({ ...beneath, people, mendForm, applyInfo }),
  }
}

/** Rooms are made, and end. */
function buildOpening(
  showing: BeneathRooms & Showing,
): Pick<Rooms, 'rooms' | 'opened' | 'endPortal' | 'enterChat' | 'bridgeInto'> {
  const rooms = new RoomMaker({ ...showing, createRoom: roomCreator(showing) })
  const opened = new OpenedChats(showing)
  const opening = { ...showing, rooms, opened }
  return {
    rooms,
    opened,
    endPortal: portalEnder(showing),
    enterChat: chatOpener(opening),
    bridgeInto: roomBridger(opening),
  }
}

/** What people of the network say is put into words of Matrix. */
function buildSpeaking(showing: BeneathRooms & Showing): Pick<Rooms, 'mentions' | 'wording'> {
  const mentions = new Mentions(showing)
  return { mentions, wording: wordingOver({ ...showing, mentions }) }
}
