import type { JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { Acting } from '../matrix-side/matrix-api.ts'
import { uploadAvatar } from '../matrix-side/upload-avatar.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import type { AppliedInfo } from './applied-info.ts'

type InfoChanges = Partial<Omit<ChatSnapshot, 'kind' | 'members' | 'membersComplete'>>

/**
 * Brings name, topic, avatar, join rule, levels and directory entry of the room to what the network says, sending only
 * what differs from what was last applied. `acting` names the ghost who made the change, where one did.
 */
export async function applyInfo(
  context: BridgeContext,
  portal: PortalRecord,
  changes: InfoChanges,
  acting: Acting = {},
): Promise<void> {
  const { roomId } = portal
  // A plumbed room belongs to somebody else: its name, topic and rules are not ours to set.
  if (roomId === undefined || portal.isPlumbed) return
  const applied = (await context.portals.byNid(portal.nid)).applied
  const next: Next = { ...applied }
  if (changes.name !== undefined && changes.name !== applied.name) {
    await context.api.setState(roomId, { type: 'm.room.name', content: { name: changes.name } })
    next.name = changes.name
  }
  if (changes.topic !== undefined && changes.topic !== (applied.topic ?? '')) {
    await setTopic(context, roomId, changes.topic, acting)
    next.topic = changes.topic
  }
  await applyAvatar(context, roomId, changes, next)
  await applyAccess(context, roomId, changes, next)
  await applyRoomLevels(context, roomId, changes, next)
  if (JSON.stringify(next) !== JSON.stringify(applied)) await context.portals.setApplied(portal, next)
}

type Next = { -readonly [K in keyof AppliedInfo]: AppliedInfo[K] }

/** As the ghost who set it where the room lets them; the fact itself must arrive either way. */
async function setTopic(context: BridgeContext, roomId: RoomId, topic: string, acting: Acting): Promise<void> {
  const state = { type: 'm.room.topic', content: { topic } }
  try {
    await context.api.setState(roomId, state, acting)
  } catch (error) {
    if (acting.actAs === undefined) throw error
    const { actAs: _ghost, ...asBot } = acting
    await context.api.setState(roomId, state, asBot)
  }
}

async function applyAvatar(context: BridgeContext, roomId: RoomId, changes: InfoChanges, next: Next): Promise<void> {
  if (changes.avatar === undefined || changes.avatar.id === next.avatarId) return
  const url = await uploadAvatar(context, changes.avatar)
  if (url !== undefined) await context.api.setState(roomId, { type: 'm.room.avatar', content: { url } })
  next.avatarId = changes.avatar.id
}

async function applyAccess(context: BridgeContext, roomId: RoomId, changes: InfoChanges, next: Next): Promise<void> {
  if (changes.joinRule !== undefined && changes.joinRule !== next.joinRule) {
    await context.api.setState(roomId, { type: 'm.room.join_rules', content: { join_rule: changes.joinRule } })
    next.joinRule = changes.joinRule
  }
  if (changes.isListed !== undefined && changes.isListed !== next.isListed) {
    await context.api.setListed(context.connector.info.id, roomId, changes.isListed)
    next.isListed = changes.isListed
  }
}

async function applyRoomLevels(
  context: BridgeContext,
  roomId: RoomId,
  changes: InfoChanges,
  next: Next,
): Promise<void> {
  const sendLevel = changes.sendLevel ?? next.sendLevel
  const topicLevel = changes.topicLevel ?? next.topicLevel
  if (sendLevel === next.sendLevel && topicLevel === next.topicLevel) return
  const current = (await context.api.getState(roomId, 'm.room.power_levels')) ?? {}
  const events = (current['events'] ?? {}) as JsonObject
  const wanted: JsonObject = {
    ...current,
    ...(sendLevel !== undefined && { events_default: sendLevel }),
    ...(topicLevel !== undefined && { events: { ...events, 'm.room.topic': topicLevel } }),
  }
  if (JSON.stringify(wanted) !== JSON.stringify(current)) {
    await context.api.setState(roomId, { type: 'm.room.power_levels', content: wanted })
  }
  if (sendLevel !== undefined) next.sendLevel = sendLevel
  if (topicLevel !== undefined) next.topicLevel = topicLevel
}
