import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { isRefusal } from './refusal.ts'
import { asTyped } from './typed-hints.ts'

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
export async function tellRoom(
  context: BridgeContext,
  roomId: RoomId | undefined,
  word: Word,
  concerns?: UserId,
): Promise<void> {
  if (roomId !== undefined && (await isTaken(context, roomId, word))) return
  const elsewhere = concerns && (await context.users.managementRoom(concerns))
  if (word.type !== 'm.room.message') return
  if (elsewhere !== undefined && (await isTaken(context, elsewhere, word))) return
  context.logger.error({ roomId, concerns, body: word.content['body'] }, 'there is no room in which this could be said')
}

async function isTaken(context: BridgeContext, roomId: RoomId, word: Word): Promise<boolean> {
  try {
    await context.api.send(roomId, { ...word, content: await asTyped(context, roomId, word.content) })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    context.logger.warn({ err: error, roomId, type: word.type }, 'the bot may not speak in a room')
    return false
  }
}
