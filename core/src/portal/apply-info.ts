import type { JsonObject, RoomId } from '@pons/matrix'
import type { Acting, MatrixApi } from '../matrix-side/matrix-api.ts'
import { doublePuppetSource } from '../matrix-side/double-puppets.ts'
import { disappearingTimer, timerContent } from '../disappearing/timer-content.ts'
import { uploadAvatar } from '../matrix-side/upload-avatar.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { shownName } from '../text/shown-name.ts'
import { inviteLevelOf } from './admission.ts'
import type { AppliedInfo } from '../storage/applied-info.ts'
import { isCutOff, type MindDoor } from './door.ts'
import { avatarEffect } from './effect.ts'
import type { Portals } from './portals.ts'

type InfoChanges = Partial<Omit<ChatSnapshot, 'kind' | 'members' | 'membersComplete'>>

interface Applying {
  /** Who made the change, where somebody did. */
  readonly acting?: Acting
  /** The network tells a change, and not how things are anyway: it is one also where it says what was shown last. */
  readonly isChange?: boolean
}

/**
 * Brings name, topic, avatar, join rule, levels and directory entry of the room to what the network says, sending only
 * what is new of it and differs from the room.
 */
export type ApplyInfo = (portal: PortalRecord, changes: InfoChanges, applying?: Applying) => Promise<void>

export interface InfoParts {
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly portals: Portals
  readonly mindDoor: MindDoor
  /** Resolves when what is under way to the network by now, and has that effect, is recorded. */
  readonly sentFromHere: (portalNid: number, effect: string) => Promise<void>
}

export function infoApplier(parts: InfoParts): ApplyInfo {
  return async (portal, changes, applying = {}) => await applyInfo(parts, portal, changes, applying)
}

async function applyInfo(
  parts: InfoParts,
  portal: PortalRecord,
  changes: InfoChanges,
  applying: Applying,
): Promise<void> {
  const { roomId } = portal
  if (roomId === undefined) return
  const { applied } = await parts.portals.byNid(portal.nid)
  const { joinRule = applied.joinRule } = changes
  if (joinRule !== applied.joinRule || (changes.joinRule !== undefined && (portal.isPlumbed || applied.door))) {
    await applyJoinRule(parts, portal, roomId, { changes, joinRule })
  }
  // A plumbed room belongs to somebody else: its name, topic and levels are not ours to set. One that everybody reads learns
  // nothing of a chat that is closed.
  if (portal.isPlumbed || (await isCutOff(parts, portal.nid))) return
  await applyShown(parts, portal, { roomId, changes, ...applying })
}

/** The room closes and opens with the chat. Its own is opened here; what else there is to it is the door's. */
async function applyJoinRule(
  parts: InfoParts,
  portal: PortalRecord,
  roomId: RoomId,
  { changes, joinRule }: { changes: InfoChanges; joinRule: ChatSnapshot['joinRule'] },
): Promise<void> {
  const { applied } = await parts.portals.byNid(portal.nid)
  await parts.mindDoor(portal, { joinRule, mayClose: true })
  if (joinRule === undefined || joinRule === applied.joinRule) return
  // At first the room was made so.
  if (!portal.isPlumbed && applied.joinRule !== undefined) {
    const before = await parts.api.getState(roomId, 'm.room.join_rules')
    if (joinRule === 'public' && before?.['join_rule'] !== joinRule)
      await parts.api.setState(roomId, { type: 'm.room.join_rules', content: { join_rule: joinRule } })
    await applyInviteLevel(parts, roomId, { joinRule, ...changes })
  }
  await parts.portals.setApplied(portal, { joinRule })
}

async function applyShown(
  parts: InfoParts,
  portal: PortalRecord,
  { roomId, changes, acting = {}, isChange = false }: Applying & { roomId: RoomId; changes: InfoChanges },
): Promise<void> {
  const { applied } = await parts.portals.byNid(portal.nid)
  const next: Next = { ...applied }
  const name = changes.name === undefined ? undefined : shownName(changes.name)
  if (name !== undefined && (isChange || name !== applied.name)) {
    await setText(parts, roomId, { what: 'name', text: name }, acting)
    next.name = name
  }
  if (changes.topic !== undefined && (isChange || changes.topic !== (applied.topic ?? ''))) {
    await setText(parts, roomId, { what: 'topic', text: changes.topic }, acting)
    next.topic = changes.topic
  }
  await applyAvatar(parts, portal, roomId, { changes, next })
  if (changes.isListed !== undefined && changes.isListed !== next.isListed) {
    await parts.api.setListed(parts.connector.info.id, roomId, changes.isListed)
    next.isListed = changes.isListed
  }
  await applyRoomLevels(parts, roomId, changes, next)
  if ((changes.disappearAfterMs ?? 0) !== (next.disappearAfterMs ?? 0) && changes.disappearAfterMs !== undefined) {
    const content = timerContent(changes.disappearAfterMs)
    await parts.api.setState(roomId, { type: disappearingTimer, content })
    next.disappearAfterMs = changes.disappearAfterMs
  }
  // Nothing but what changed: what was done from here meanwhile is recorded by the other lane.
  const changed = Object.entries(next).filter(([key, value]) => applied[key as keyof Next] !== value)
  if (changed.length > 0) await parts.portals.setApplied(portal, Object.fromEntries(changed))
}

type Next = { -readonly [K in keyof AppliedInfo]: AppliedInfo[K] | undefined }

/**
 * As whoever set it where the room lets them; the fact itself must arrive either way. What the room says already was set in
 * it, and has come back from the network.
 */
async function setText(
  parts: InfoParts,
  roomId: RoomId,
  { what, text }: { what: 'name' | 'topic'; text: string },
  acting: Acting,
): Promise<void> {
  const type = `m.room.${what}`
  const current = (await parts.api.getState(roomId, type))?.[what] ?? ''
  if (current === text || (what === 'name' && typeof current === 'string' && shownName(current) === text)) return
  const mark = acting.token === undefined ? {} : { [doublePuppetSource]: parts.connector.info.id }
  try {
    await parts.api.setState(roomId, { type, content: { [what]: text, ...mark } }, acting)
  } catch (error) {
    if (acting.actAs === undefined) throw error
    const { timestampMs } = acting
    await parts.api.setState(
      roomId,
      { type, content: { [what]: text } },
      { ...(timestampMs !== undefined && { timestampMs }) },
    )
  }
}

/** In the room's picture: which one of the network's it is, for it has another address with each upload. */
const avatarMark = 'pons.remote_avatar'

async function applyAvatar(
  parts: InfoParts,
  portal: PortalRecord,
  roomId: RoomId,
  { changes, next }: { changes: InfoChanges; next: Next },
): Promise<void> {
  if (changes.avatar === null) return await removeAvatar(parts, roomId, next)
  if (changes.avatar === undefined || changes.avatar.id === next.avatarId) return
  // It may be what somebody has set from here, and what is still being recorded. Anything else that is being sent may take as
  // long as a connection is away.
  await parts.sentFromHere(portal.nid, avatarEffect)
  if (changes.avatar.id === (await parts.portals.byNid(portal.nid)).applied.avatarId) return
  const mark = txnIdOf('avatar', changes.avatar.id)
  if ((await parts.api.getState(roomId, 'm.room.avatar'))?.[avatarMark] !== mark) {
    const url = await uploadAvatar(parts, changes.avatar)
    const type = 'm.room.avatar'
    if (url !== undefined) await parts.api.setState(roomId, { type, content: { url, [avatarMark]: mark } })
  }
  next.avatarId = changes.avatar.id
}

/** A picture that the network never had may be on its way there. */
async function removeAvatar(parts: InfoParts, roomId: RoomId, next: Next): Promise<void> {
  if (next.avatarId === undefined) return
  const shown = await parts.api.getState(roomId, 'm.room.avatar')
  if (shown?.['url'] !== undefined) await parts.api.setState(roomId, { type: 'm.room.avatar', content: {} })
  // Named, so that the store takes it away, too.
  next.avatarId = undefined
}

async function applyInviteLevel(parts: InfoParts, roomId: RoomId, changes: InfoChanges): Promise<void> {
  const current = (await parts.api.getState(roomId, 'm.room.power_levels')) ?? {}
  const invite = inviteLevelOf(changes)
  if (current['invite'] === invite) return
  await parts.api.setState(roomId, { type: 'm.room.power_levels', content: { ...current, invite } })
}

async function applyRoomLevels(parts: InfoParts, roomId: RoomId, changes: InfoChanges, next: Next): Promise<void> {
  const sendLevel = changes.sendLevel ?? next.sendLevel
  const topicLevel = changes.topicLevel ?? next.topicLevel
  if (sendLevel === next.sendLevel && topicLevel === next.topicLevel) return
  const current = (await parts.api.getState(roomId, 'm.room.power_levels')) ?? {}
  const events = (current['events'] ?? {}) as JsonObject
  const wanted: JsonObject = {
    ...current,
    ...(sendLevel !== undefined && { events_default: sendLevel }),
    ...(topicLevel !== undefined && { events: { ...events, 'm.room.topic': topicLevel } }),
  }
  if (JSON.stringify(wanted) !== JSON.stringify(current)) {
    await parts.api.setState(roomId, { type: 'm.room.power_levels', content: wanted })
  }
  if (sendLevel !== undefined) next.sendLevel = sendLevel
  if (topicLevel !== undefined) next.topicLevel = topicLevel
}
