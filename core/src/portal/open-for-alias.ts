import type { UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { isPersonOfMatrix, type OwnUsers } from '../matrix-side/own-users.ts'
import type { ChatKey } from '../network/chat.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { EndPortal } from './end-portal.ts'
import { tooManyOpened, type OpenForParts } from './open-for.ts'
import { somebody } from './opened-chats.ts'

export interface OpenForAliasParts extends OpenForParts {
  readonly api: MatrixApi
  readonly ownUsers: OwnUsers
  readonly endPortal: EndPortal
  readonly logger: Logger
}

/** As `openFor`, for an alias that somebody asks for. Nobody may ever come: of such rooms the oldest make way for new ones. */
export async function openForAlias<T>(parts: OpenForAliasParts, chat: ChatKey, make: () => Promise<T>): Promise<T> {
  const { opened, portals, settings } = parts
  return await opened.inTurn(somebody, async () => {
    if ((await portals.byChat(chat))?.roomId !== undefined) return await make()
    const before = await opened.of(somebody)
    const oldest = before.splice(0, Math.max(0, before.length + 1 - settings.portals_without_people))
    for (const portal of oldest) {
      // Somebody may have come this very moment, and is about to be noted.
      if (await hasPeople(parts, portal)) before.push(portal)
      else await giveBack(parts, portal)
    }
    await opened.keepWith(somebody, before, chat)
    return await make()
  })
}

/** The first person who joins a room that was made for its alias has opened it. One room too many is given back. */
export async function noteJoin(parts: OpenForAliasParts, { nid }: PortalRecord, event: ClientEvent): Promise<void> {
  if (event.type !== 'm.room.member' || event.content['membership'] !== 'join') return
  const { opened, portals, settings, isAdmin, logger } = parts
  const userId = event.state_key as UserId
  const isFirst = await opened.inTurn(somebody, async () => {
    const before = await opened.numbersOf(somebody)
    if (!before.includes(nid)) return false
    await opened.inTurn(userId, async () => {
      const own = await opened.of(userId)
      const isOneTooMany = own.length >= settings.portals_per_user && !(await isAdmin(userId))
      const portal = await portals.byNid(nid)
      if (isOneTooMany) await refuse(parts, portal, userId)
      else await opened.keep(userId, [...own.map((one) => one.nid), nid])
    })
    await opened.keep(
      somebody,
      before.filter((one) => one !== nid),
    )
    return true
  })
  if (isFirst) logger.debug({ nid, userId }, 'somebody has joined the room of an alias')
}

async function refuse(parts: OpenForAliasParts, portal: PortalRecord, userId: UserId): Promise<void> {
  const { roomId } = portal
  if (roomId === undefined) return
  const reason = tooManyOpened(parts).message
  await parts.api.changeMembership('kick', roomId, { userId, reason })
  await giveBack(parts, portal)
}

async function giveBack({ api, endPortal, logger }: OpenForAliasParts, portal: PortalRecord): Promise<void> {
  const { roomId, chat } = portal
  if (roomId === undefined) return
  logger.info({ roomId, chat }, 'a room that nobody uses is given back')
  await endPortal(portal, roomId)
  await api.leave(roomId, {})
}

async function hasPeople({ api, ownUsers }: OpenForAliasParts, { roomId }: PortalRecord): Promise<boolean> {
  const present = roomId === undefined ? [] : await api.presentMembers(roomId)
  return present.some((userId) => isPersonOfMatrix(ownUsers, userId))
}
