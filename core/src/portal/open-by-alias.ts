import { localpartOf, type RoomAlias } from '@pons/matrix'
import { openForAlias, type OpenForAliasParts } from './open-for-alias.ts'
import type { RoomMaker } from './room-maker.ts'
import type { Spellings } from './spellings.ts'

export interface OpenByAliasParts extends OpenForAliasParts {
  readonly rooms: RoomMaker
  readonly spellings: Spellings
}

/** Someone asks for the room of a chat that has none yet: it is opened on the network and made. */
export async function openByAlias(parts: OpenByAliasParts, alias: RoomAlias): Promise<boolean> {
  const { connector, ownUsers, rooms, spellings, logger } = parts
  const localpart = localpartOf(alias)
  if (!localpart.startsWith(connector.info.aliasPrefix)) return false
  const identifier = connector.identifierOfAlias(localpart.slice(connector.info.aliasPrefix.length))
  if (identifier === undefined || connector.handlers.openChat === undefined) return false
  try {
    const opened = await connector.handlers.openChat({ identifier, requestedBy: ownUsers.botUserId })
    // Who asks is not known: what is not open to everybody has no room that asking could find.
    if (opened.snapshot.joinRule !== 'public') {
      await opened.undo?.()
      return false
    }
    const portal = await openForAlias(parts, opened.chat, () => rooms.ensure(opened.chat, opened.snapshot))
    await spellings.add(portal, alias)
    return true
  } catch (error) {
    logger.info({ err: error, alias }, 'chat of an alias could not be opened')
    return false
  }
}
