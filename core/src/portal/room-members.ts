import { MatrixError, type RoomId, type UserId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'

/**
 * Who is joined to which portal room, as far as ghosts, bot and puppets go. Asked for once per room, then kept true by
 * our own calls and by the member events that reach us.
 */
export class RoomMembers {
  readonly #api: MatrixApi
  readonly #rooms = new Map<RoomId, Promise<Set<UserId>>>()

  constructor(api: MatrixApi) {
    this.#api = api
  }

  joined(roomId: RoomId): Promise<Set<UserId>> {
    const known = this.#rooms.get(roomId)
    if (known !== undefined) return known
    const asking = this.#api.joinedMembers(roomId).then((users) => new Set(users))
    this.#rooms.set(roomId, asking)
    asking.catch(() => this.#rooms.delete(roomId))
    return asking
  }

  /** Joins the user, by invitation of the bot where the room asks for one. */
  async ensureJoined(roomId: RoomId, userId: UserId, token?: string): Promise<void> {
    const joined = await this.joined(roomId)
    if (joined.has(userId)) return
    const acting = { actAs: userId, ...(token !== undefined && { token }) }
    try {
      await this.#api.join(roomId, acting)
    } catch (error) {
      if (!(error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')) throw error
      await this.#api.changeMembership('invite', roomId, { userId })
      await this.#api.join(roomId, acting)
    }
    joined.add(userId)
  }

  async ensureLeft(
    roomId: RoomId,
    userId: UserId,
    { reason, token }: { reason?: string | undefined; token?: string | undefined } = {},
  ): Promise<void> {
    const joined = await this.joined(roomId)
    if (!joined.has(userId)) return
    await this.#api.leave(roomId, { actAs: userId, ...(token !== undefined && { token }) }, reason)
    joined.delete(userId)
  }

  /** A member event was seen. */
  noticed(roomId: RoomId, userId: UserId, isJoined: boolean): void {
    const known = this.#rooms.get(roomId)
    void known?.then((joined) => (isJoined ? joined.add(userId) : joined.delete(userId))).catch(() => undefined)
  }

  forget(roomId: RoomId): void {
    this.#rooms.delete(roomId)
  }
}
