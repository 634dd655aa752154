import type { JsonValue, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { ChatKey } from '../network/chat.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { endPortal } from './end-portal.ts'

/** Whoever asks for an alias: the homeserver does not say who that is. */
const somebody = ''

/**
 * Makes a chat's room for a person, and keeps in mind that it was them. One that has a room already costs them nothing.
 * @throws BridgeError when they have opened as many as one may
 */
export async function openFor<T>(
  context: BridgeContext,
  userId: UserId,
  chat: ChatKey,
  make: () => Promise<T>,
): Promise<T> {
  return await context.oneByOne.run(nameOf(userId), async () => {
    if ((await context.portals.byChat(chat))?.roomId !== undefined) return await make()
    const opened = await openedBy(context, userId)
    const most = context.settings.portals_per_user
    if (opened.length >= most && !(await context.isAdmin(userId))) throw tooMany(context)
    // Before it is made: a crash in between leaves a number that counts for nothing.
    await keep(context, userId, [...opened.map(({ nid }) => nid), await numberOf(context, chat)])
    return await make()
  })
}

/** The same for an alias that somebody asks for. Nobody may ever come: of such rooms the oldest make way for new ones. */
export async function openForAlias<T>(context: BridgeContext, chat: ChatKey, make: () => Promise<T>): Promise<T> {
  return await context.oneByOne.run(nameOf(somebody), async () => {
    if ((await context.portals.byChat(chat))?.roomId !== undefined) return await make()
    const opened = await openedBy(context, somebody)
    const most = context.settings.portals_without_people
    const oldest = opened.splice(0, Math.max(0, opened.length + 1 - most))
    for (const portal of oldest) {
      // Somebody may have come this very moment, and is about to be noted.
      if (await hasPeople(context, portal)) opened.push(portal)
      else await giveBack(context, portal)
    }
    await keep(context, somebody, [...opened.map(({ nid }) => nid), await numberOf(context, chat)])
    return await make()
  })
}

/** The first person who joins a room that was made for its alias has opened it. One room too many is given back. */
export async function noteJoin(context: BridgeContext, { nid }: PortalRecord, event: ClientEvent): Promise<void> {
  if (event.type !== 'm.room.member' || event.content['membership'] !== 'join') return
  const userId = event.state_key as UserId
  const isFirst = await context.oneByOne.run(nameOf(somebody), async () => {
    const before = await numbersOf(context, somebody)
    if (!before.includes(nid)) return false
    await context.oneByOne.run(nameOf(userId), async () => {
      const opened = await openedBy(context, userId)
      const isOneTooMany = opened.length >= context.settings.portals_per_user && !(await context.isAdmin(userId))
      const portal = await context.portals.byNid(nid)
      if (isOneTooMany) await refuse(context, portal, userId)
      else await keep(context, userId, [...opened.map((one) => one.nid), nid])
    })
    await keep(
      context,
      somebody,
      before.filter((one) => one !== nid),
    )
    return true
  })
  if (isFirst) context.logger.debug({ nid, userId }, 'somebody has joined the room of an alias')
}

function tooMany({ settings, connector }: BridgeContext): BridgeError {
  const prefix = connector.info.commandPrefix
  return new BridgeError(
    `You have opened ${settings.portals_per_user} chats, and more are not allowed. \`${prefix} delete-portal\` in the room of one that you no longer need makes way for another.`,
    { reason: 'm.no_permission' },
  )
}

async function refuse(context: BridgeContext, portal: PortalRecord, userId: UserId): Promise<void> {
  const { roomId } = portal
  if (roomId === undefined) return
  await context.api.changeMembership('kick', roomId, { userId, reason: tooMany(context).message })
  await giveBack(context, portal)
}

async function giveBack(context: BridgeContext, portal: PortalRecord): Promise<void> {
  const { roomId, chat } = portal
  if (roomId === undefined) return
  context.logger.info({ roomId, chat }, 'a room that nobody uses is given back')
  await endPortal(context, portal, roomId)
  await context.api.leave(roomId, {})
}

async function hasPeople({ api, ghosts, botUserId }: BridgeContext, { roomId }: PortalRecord): Promise<boolean> {
  const present = roomId === undefined ? [] : await api.presentMembers(roomId)
  return present.some((userId) => userId !== botUserId && !ghosts.isGhost(userId))
}

async function numberOf(context: BridgeContext, chat: ChatKey): Promise<number> {
  return (await context.db.transaction((tx) => context.portals.ensure(tx, chat))).nid
}

/** What they have opened and is bridged still. */
async function openedBy(context: BridgeContext, userId: UserId | typeof somebody): Promise<PortalRecord[]> {
  const portals = new Map<number, PortalRecord>()
  for (const nid of await numbersOf(context, userId)) {
    const portal = await context.portals.byNid(nid)
    if (portal.roomId !== undefined) portals.set(portal.nid, portal)
  }
  return [...portals.values()]
}

async function numbersOf(context: BridgeContext, userId: UserId | typeof somebody): Promise<readonly number[]> {
  const kept: JsonValue | undefined = await context.values.get(nameOf(userId))
  return Array.isArray(kept) ? kept.filter((nid) => typeof nid === 'number') : []
}

async function keep(context: BridgeContext, userId: UserId | typeof somebody, nids: readonly number[]): Promise<void> {
  await context.values.set(nameOf(userId), [...nids])
}

function nameOf(userId: UserId | typeof somebody): string {
  return `pons/opened/${userId}`
}
