import { MatrixError, roomAliasOf, type JsonObject, type RoomAlias, type RoomId, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { LoginId } from '../network/ids.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { inviteUser } from './invite-user.ts'
import { featuresOf } from './room-features.ts'
import { applySnapshot } from './apply-snapshot.ts'

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
    inProgress.get(name) ?? makeRoom(context, chat, { snapshot, login }).finally(() => inProgress.delete(name))
  inProgress.set(name, made)
  return await made
}

async function makeRoom(
  context: BridgeContext,
  chat: ChatKey,
  { snapshot, login }: { snapshot: ChatSnapshot; login: LoginId | undefined },
): Promise<PortalWithRoom> {
  const record = await context.db.transaction((tx) => context.portals.ensure(tx, chat))
  const roomId = await createRoom(context, { chat, snapshot, alias: aliasOf(context, chat) })
  context.step('bridge:room-created')
  const portal = await context.portals.setRoom(record, roomId)
  await applySnapshot(context, portal, snapshot)
  await applyWhatChanged(context, portal, login)
  await bringOwner(context, { ...portal, roomId }, login)
  context.logger.info({ roomId, chat }, 'portal made')
  return { ...(await context.portals.byNid(portal.nid)), roomId }
}

/** Who came or went while the room was being made is seen by asking once more, now that events have somewhere to go. */
async function applyWhatChanged(
  context: BridgeContext,
  portal: PortalRecord,
  seenBy: LoginId | undefined,
): Promise<void> {
  const id = portal.chat.receiver ?? seenBy
  const login = id === undefined ? undefined : context.logins.get(id)
  const client = login?.client ?? context.connector.handlers.relay?.(portal.chat)
  const fresh = await client?.chatSnapshot(portal.chat).catch(() => undefined)
  if (fresh !== undefined) await applySnapshot(context, portal, fresh)
}

/** Deterministic: by the adapter's spelling where the chat has a public name, else by a hash of the chat's id. */
export function aliasOf(context: BridgeContext, chat: ChatKey): RoomAlias {
  const { connector, serverName } = context
  const suffix = connector.aliasSuffix(chat) ?? `=${txnIdOf('portal', chat.chat, chat.receiver ?? '')}`
  return roomAliasOf(connector.info.aliasPrefix + suffix, serverName)
}

/** Creating comes first: to ask for the alias of a room that is not there yet would make the homeserver ask us for it. */
async function createRoom(
  context: BridgeContext,
  portal: { chat: ChatKey; snapshot: ChatSnapshot; alias: RoomAlias },
): Promise<RoomId> {
  const { chat, snapshot, alias } = portal
  try {
    return await context.api.createRoom({
      preset: snapshot.joinRule === 'public' ? 'public_chat' : 'private_chat',
      room_alias_name: alias.slice(1, alias.indexOf(':')),
      ...(snapshot.name !== undefined && { name: snapshot.name }),
      ...(snapshot.kind === 'direct' && { is_direct: true }),
      power_level_content_override: initialPowerLevels(context.botUserId, snapshot),
      initial_state: [...bridgeInfo(context, chat, snapshot), ...roomFeatures(context, chat)],
    })
  } catch (error) {
    const existing =
      error instanceof MatrixError && error.errcode === 'M_ROOM_IN_USE' && (await context.api.resolveAlias(alias))
    if (existing) return existing
    throw error
  }
}

function initialPowerLevels(bot: UserId, snapshot: ChatSnapshot): JsonObject {
  return {
    users: { [bot]: 100 },
    events_default: snapshot.sendLevel ?? 0,
    events: {
      'm.room.topic': snapshot.topicLevel ?? 50,
      'm.room.tombstone': 100,
      'm.room.encryption': 100,
      'm.reaction': 0,
      'm.room.redaction': 0,
    },
  }
}

/** MSC2346, in both spellings the field reads. */
function bridgeInfo(context: BridgeContext, chat: ChatKey, snapshot: ChatSnapshot): JsonObject[] {
  const { connector, botUserId } = context
  const content: JsonObject = {
    bridgebot: botUserId,
    creator: botUserId,
    protocol: { id: connector.info.id, displayname: connector.info.displayName, external_url: connector.info.url },
    channel: { id: chat.chat, ...(snapshot.name !== undefined && { displayname: snapshot.name }) },
  }
  const key = stateKeyOf(context, chat)
  return ['m.bridge', 'uk.half-shot.bridge'].map((type) => ({ type, state_key: key, content }))
}

function stateKeyOf({ connector }: BridgeContext, { chat, receiver }: ChatKey): string {
  return `${connector.info.id}://${encodeURIComponent(receiver ?? '')}/${encodeURIComponent(chat)}`
}

/** What the chat's network can do, for clients that offer no more than that. */
function roomFeatures(context: BridgeContext, chat: ChatKey): JsonObject[] {
  const { logins, connector } = context
  const login =
    chat.receiver === undefined ? logins.all().find(({ client }) => client.serves(chat)) : logins.get(chat.receiver)
  const client = login?.client ?? connector.handlers.relay?.(chat)
  if (client === undefined) return []
  const content = featuresOf(client.handlers, client.capabilities ?? {})
  return [{ type: 'com.beeper.room_features', state_key: stateKeyOf(context, chat), content }]
}

/** Whose chat it is, or whose login saw it: they are invited, and let in at once where we may act for them. */
export async function bringOwner(
  context: BridgeContext,
  { chat, roomId }: Pick<PortalWithRoom, 'chat' | 'roomId'>,
  seenBy: LoginId | undefined,
): Promise<void> {
  const login = chat.receiver ?? seenBy
  const owner = login === undefined ? undefined : context.logins.ownerOf(login)
  if (owner !== undefined) await inviteUser(context, roomId, owner)
}
