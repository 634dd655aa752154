import { localpartOf, type RoomId, type UserId } from '@pons/matrix'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import { cleanText } from '../../text/clean-text.ts'
import { shownName } from '../../text/shown-name.ts'

const maxCached = 10_000

/** How people are called in a room: asked for once, forgotten when their member event changes. */
export class SenderNames {
  readonly #api: MatrixApi
  readonly #names = new Map<string, string>()

  constructor(api: MatrixApi) {
    this.#api = api
  }

  async of(roomId: RoomId, userId: UserId): Promise<string> {
    const key = `${roomId} ${userId}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const member = await this.#api.getState(roomId, 'm.room.member', userId)
    const name = member?.['displayname']
    // Among other words, on another network: it must not look like more than a name.
    const shown = (typeof name === 'string' && shownName(cleanText(name))) || localpartOf(userId)
    if (this.#names.size >= maxCached) this.#names.clear()
    this.#names.set(key, shown)
    return shown
  }

  forget(roomId: RoomId, userId: UserId): void {
    this.#names.delete(`${roomId} ${userId}`)
  }
}
