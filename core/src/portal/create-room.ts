import { MatrixError, type RoomAlias, type RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { LoginId } from '../network/ids.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { aliasOf } from './alias-of.ts'
import { freshSnapshot } from './fresh-snapshot.ts'
import { firstLevels, firstState } from './first-state.ts'
import { currentForm } from './room-form.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { cleanJson } from '../text/clean-text.ts'
import { shownName } from '../text/shown-name.ts'

type PortalWithRoom = PortalRecord & { readonly roomId: RoomId }

const making = new WeakMap<BridgeContext, Map<string, Promise<PortalWithRoom>>>()

/**
 * The portal's room, made where there is none. The room's alias is a function of the chat, so a creation that a crash cut
 * short is found again and finished, and never made twice.
 */
export async function ensureRoom(
  context: BridgeContext,
  chat: ChatKey,
  snapshot: ChatSnapshot,
  login?: LoginId,
): Promise<PortalWithRoom> {
  const known = await context.portals.byChat(chat)
  if (known?.roomId !== undefined) return { ...known, roomId: known.roomId }
  const inProgress = making.get(context) ?? new Map<string, Promise<PortalWithRoom>>()
  making.set(context, inProgress)
  const name = JSON.stringify([chat.chat, chat.receiver ?? ''])
  const made =
    inProgress.get(name) ??
    makeRoom(context, chat, { snapshot: withShownName(cleanJson(snapshot)), login }).finally(() =>
      inProgress.delete(name),
    )
  inProgress.set(name, made)
  return await made
}

function withShownName(snapshot: ChatSnapshot): ChatSnapshot {
  return snapshot.name === undefined ? snapshot : { ...snapshot, name: shownName(snapshot.name) }
}

async function makeRoom(
  context: BridgeContext,
  chat: ChatKey,
  { snapshot, login }: { snapshot: ChatSnapshot; login: LoginId | undefined },
): Promise<PortalWithRoom> {
  const record = await context.db.transaction((tx) => context.portals.ensure(tx, chat))
  const { roomId, isNew } = await createRoom(context, { chat, snapshot, alias: aliasOf(context, chat) })
  context.step('bridge:room-created')
  const portal = await context.portals.setRoom(record, roomId)
  if (isNew) await context.portals.setApplied(portal, { form: currentForm })
  await applySnapshot(context, portal, snapshot)
  await applyWhatChanged(context, portal, login)
  await context.people.bringOwner({ ...portal, roomId }, login, snapshot.kind === 'direct')
  context.logger.info({ roomId, chat }, 'portal made')
  return { ...(await context.portals.byNid(portal.nid)), roomId }
}

/** Who came or went while the room was being made is seen by asking once more, now that events have somewhere to go. */
async function applyWhatChanged(
  context: BridgeContext,
  portal: PortalRecord,
  seenBy: LoginId | undefined,
): Promise<void> {
  const fresh = await freshSnapshot(context, portal.chat, seenBy)
  if (fresh !== undefined) await applySnapshot(context, portal, fresh)
}

/** Creating comes first: to ask for the alias of a room that is not there yet would make the homeserver ask us for it. */
async function createRoom(context: BridgeContext, portal: NewPortal): Promise<{ roomId: RoomId; isNew: boolean }> {
  const { alias } = portal
  try {
    return { roomId: await askForRoom(context, portal), isNew: true }
  } catch (error) {
    const isInUse = error instanceof MatrixError && error.errcode === 'M_ROOM_IN_USE'
    const existing = isInUse ? await context.api.resolveAlias(alias) : undefined
    if (existing === undefined) throw error
    const holder = await context.portals.byRoom(existing)
    // A chat that was called so before took its room along under its present name.
    const isOthers = holder !== undefined && !isSameChat(holder.chat, portal.chat)
    if (!isOthers && (await comesIn(context, existing))) return { roomId: existing, isNew: false }
    context.logger.warn({ roomId: existing, alias }, 'the room of that alias is not to be had; another one is made')
    await context.api.removeAlias(alias)
    return { roomId: await askForRoom(context, portal), isNew: true }
  }
}

function isSameChat(one: ChatKey, other: ChatKey): boolean {
  return one.chat === other.chat && one.receiver === other.receiver
}

interface NewPortal {
  readonly chat: ChatKey
  readonly snapshot: ChatSnapshot
  readonly alias: RoomAlias
}

async function askForRoom(context: BridgeContext, { chat, snapshot, alias }: NewPortal): Promise<RoomId> {
  return await context.api.createRoom({
    preset: snapshot.joinRule === 'public' ? 'public_chat' : 'private_chat',
    room_alias_name: alias.slice(1, alias.indexOf(':')),
    ...(snapshot.name !== undefined && { name: snapshot.name }),
    ...(snapshot.kind === 'direct' && { is_direct: true }),
    power_level_content_override: firstLevels(snapshot),
    initial_state: firstState(context, chat, snapshot).map((state) => ({ ...state })),
  })
}

/**
 * A room whose making was cut short may lack even its maker. Homeservers differ in the words for a room that has an alias and
 * no event: any answer that is about this request means that nobody comes in.
 */
async function comesIn({ api }: BridgeContext, roomId: RoomId): Promise<boolean> {
  try {
    await api.join(roomId, {})
    return true
  } catch (error) {
    if (error instanceof MatrixError && (error.status === 403 || error.status === 404)) return false
    throw error
  }
}
