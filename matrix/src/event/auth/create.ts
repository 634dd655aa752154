import { isUserId, serverNameOf } from '../../ids.ts'
import { isSupportedRoomVersion } from '../../room-versions.ts'
import type { RoomVersion } from '../../room-versions.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

/** Rule 1: `m.room.create`, the only event that needs no state. */
export function authorizeCreate(event: EventToAuthorize, version: RoomVersion): void {
  const { content } = event
  if (event.prev_events.length > 0) reject('m.room.create', 'it has previous events')
  checkRoomId(event, version)
  const versionId = content['room_version']
  if (versionId !== undefined && !isSupportedRoomVersion(versionId)) {
    reject('m.room.create', 'its room version is not supported')
  }
  if (!version.creatorIsSender && content['creator'] === undefined) reject('m.room.create', 'it names no creator')
  if (version.privilegedCreators) checkAdditionalCreators(content['additional_creators'])
}

function checkRoomId(event: EventToAuthorize, version: RoomVersion): void {
  if (version.roomIdIsCreateHash) {
    if (event.room_id !== undefined) reject('m.room.create', 'it has a room_id')
    return
  }
  const server = event.room_id && serverNameOf(event.room_id)
  if (server !== serverNameOf(event.sender)) reject('m.room.create', "the room id is not of the sender's server")
}

function checkAdditionalCreators(creators: unknown): void {
  if (creators === undefined) return
  if (!Array.isArray(creators) || !creators.every(isUserId)) {
    reject('m.room.create', 'additional_creators is not a list of user ids')
  }
}
