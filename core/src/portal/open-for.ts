import type { UserId } from '@pons/matrix'
import type { IsAdmin } from '../admins.ts'
import { BridgeError } from '../bridge-error.ts'
import type { ChatKey } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { BridgeSettings } from '../settings.ts'
import type { OpenedChats } from './opened-chats.ts'
import type { Portals } from './portals.ts'

export interface OpenForParts extends MostOpened {
  readonly opened: OpenedChats
  readonly portals: Portals
  readonly isAdmin: IsAdmin
}

export interface MostOpened {
  readonly settings: BridgeSettings
  readonly connector: NetworkConnector
}

/**
 * Makes a chat's room for a person, and keeps in mind that it was them. One that has a room already costs them nothing.
 * @throws BridgeError when they have opened as many as one may
 */
export async function openFor<T>(
  parts: OpenForParts,
  userId: UserId,
  chat: ChatKey,
  make: () => Promise<T>,
): Promise<T> {
  const { opened, portals, settings, isAdmin } = parts
  return await opened.inTurn(userId, async () => {
    if ((await portals.byChat(chat))?.roomId !== undefined) return await make()
    const before = await opened.of(userId)
    if (before.length >= settings.portals_per_user && !(await isAdmin(userId))) throw tooManyOpened(parts)
    await opened.keepWith(userId, before, chat)
    return await make()
  })
}

export function tooManyOpened({ settings, connector }: MostOpened): BridgeError {
  const prefix = connector.info.commandPrefix
  return new BridgeError(
    `You have opened ${settings.portals_per_user} chats, and more are not allowed. \`${prefix} delete-portal\` in the room of one that you no longer need makes way for another.`,
    { reason: 'm.no_permission' },
  )
}
