import { isJsonObject, jsonOf, type RoomId, type UserId } from '@pons/matrix'
import { OneByOne } from '../queue/one-by-one.ts'
import type { MatrixApi } from './matrix-api.ts'

/** Of the whole process: the bridges of several networks write to one person's list. */
const byPerson = new OneByOne()

/** Puts a room under somebody's direct messages with that person. Whatever else is on the list stays as it is. */
export async function addDirectRoom(
  api: MatrixApi,
  { userId, token }: { userId: UserId; token: string },
  { roomId, other }: { roomId: RoomId; other: UserId },
): Promise<void> {
  await byPerson.run(userId, async () => {
    const acting = { actAs: userId, token }
    const before = new Map(Object.entries((await api.accountData(userId, 'm.direct', acting)) ?? {}))
    const isThere = [...before.values()].some((rooms) => Array.isArray(rooms) && rooms.includes(roomId))
    if (isThere) return
    const rooms = before.get(other)
    const content = jsonOf(before.set(other, [...(Array.isArray(rooms) ? rooms : []), roomId]))
    await api.setAccountData(userId, { type: 'm.direct', content }, acting)
  })
}

/** Is it on that person's list of direct messages? */
export async function isDirectRoom(
  api: MatrixApi,
  { userId, token }: { userId: UserId; token: string },
  roomId: RoomId,
): Promise<boolean> {
  const list = await api.accountData(userId, 'm.direct', { actAs: userId, token })
  return isJsonObject(list) && Object.values(list).some((rooms) => Array.isArray(rooms) && rooms.includes(roomId))
}
