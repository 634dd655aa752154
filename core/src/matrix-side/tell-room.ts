import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { MatrixApi } from './matrix-api.ts'
import { isRefusal } from './refusal.ts'
import type { TypedHints } from './typed-hints.ts'

interface Word {
  readonly type: string
  /** A repeat after a crash says it once. */
  readonly txnId: string
  /** Commands in its words stand bare, between backticks. */
  readonly content: JsonObject
}

/**
 * The bot says something in a room; where the room does not take it, in the management room of whoever it concerns. Throws
 * when the homeserver cannot be asked now: then nobody has been told, and it is to be said again.
 */
export type TellRoom = (roomId: RoomId | undefined, word: Word, concerns?: UserId) => Promise<void>

export interface TellRoomParts {
  readonly api: MatrixApi
  readonly users: { managementRoom(userId: UserId): Promise<RoomId | undefined> }
  readonly hints: TypedHints
  readonly logger: Logger
}

export function roomTeller({ api, users, hints, logger }: TellRoomParts): TellRoom {
  const isTaken = async (roomId: RoomId, word: Word): Promise<boolean> => {
    try {
      await api.send(roomId, { ...word, content: await hints.asTyped(roomId, word.content) })
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      logger.warn({ err: error, roomId, type: word.type }, 'the bot may not speak in a room')
      return false
    }
  }
  return async (roomId, word, concerns) => {
    if (roomId !== undefined && (await isTaken(roomId, word))) return
    const elsewhere = concerns && (await users.managementRoom(concerns))
    if (word.type !== 'm.room.message') return
    if (elsewhere !== undefined && (await isTaken(elsewhere, word))) return
    logger.error({ roomId, concerns, body: word.content['body'] }, 'there is no room in which this could be said')
  }
}
