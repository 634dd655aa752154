import type { Database } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { OpenedChat } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { orUndone, requireAdmissionFor, type AdmissionParts } from './admission.ts'
import type { Naming } from './alias-of.ts'
import type { ApplySnapshot } from './apply-snapshot.ts'
import { openFor, type OpenForParts } from './open-for.ts'
import type { RoomMembers } from './room-members.ts'
import { roomName } from './room-name.ts'

interface Into {
  readonly userId: UserId
  readonly roomId: RoomId
  readonly isPlumbed: boolean
}

/** Bridges an opened chat into a room that is there. @throws BridgeError in words for who asks */
export type BridgeInto = (into: Into, opened: OpenedChat) => Promise<PortalRecord>

export interface BridgeIntoParts extends AdmissionParts, OpenForParts, Naming {
  readonly db: Database
  readonly members: RoomMembers
  readonly applySnapshot: ApplySnapshot
}

export function roomBridger(parts: BridgeIntoParts): BridgeInto {
  const { db, portals, members, applySnapshot } = parts
  return async ({ userId, roomId, isPlumbed }, opened) => {
    await orUndone(opened, () => requireAdmissionFor(parts, { userId, roomId }, opened))
    const known = await db.transaction((tx) => portals.ensure(tx, opened.chat))
    if (known.roomId !== undefined) throw new BridgeError(`That chat has a room already: ${roomName(parts, known)}`)
    const make = (): Promise<PortalRecord> => portals.setRoom(known, roomId, isPlumbed)
    const made = await orUndone(opened, () => openFor(parts, userId, opened.chat, make))
    members.forget(roomId)
    await applySnapshot(made, opened.snapshot)
    return made
  }
}
