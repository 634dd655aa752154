import type { Endpoint } from '../../endpoint.ts'
import { createRoomEndpoint } from './create-room.ts'
import { getContext } from './get-context.ts'
import { getEvent } from './get-event.ts'
import { getJoinedRooms } from './get-joined-rooms.ts'
import { getJoinedMembers, getMembers } from './get-members.ts'
import { getMessages } from './get-messages.ts'
import { getRelations, getRelationsOfType, getRelationsOfTypes, getThreads } from './get-relations.ts'
import { getState, getStateEvent } from './get-state.ts'
import { getEventAtTime } from './get-event-at-time.ts'
import { banUser, forgetRoom, inviteUser, kickUser, leaveRoom, unbanUser } from './membership.ts'
import { joinRoom, joinRoomById, knockRoom } from './join-room.ts'
import { redactEvent } from './redact-event.ts'
import { sendBatch } from './send-batch.ts'
import { sendEvent, sendEventOnce } from './send-event.ts'
import { sendStateEvent } from './send-state-event.ts'
import { upgradeRoomEndpoint } from './upgrade-room.ts'

export const roomEndpoints: readonly Endpoint[] = [
  createRoomEndpoint,
  getJoinedRooms,
  joinRoom,
  joinRoomById,
  knockRoom,
  leaveRoom,
  forgetRoom,
  inviteUser,
  kickUser,
  banUser,
  unbanUser,
  sendEvent,
  sendEventOnce,
  sendBatch,
  sendStateEvent,
  redactEvent,
  getEvent,
  getState,
  getStateEvent,
  getMembers,
  getJoinedMembers,
  getMessages,
  getContext,
  getRelations,
  getRelationsOfType,
  getRelationsOfTypes,
  getThreads,
  getEventAtTime,
  upgradeRoomEndpoint,
]
