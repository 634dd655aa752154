import { localpartOf, type RoomId, type UserId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'

const token = /[\p{L}\p{N}]+/gu
const maxRooms = 200
/** Names beyond these are no names to be called by: work for a text is bounded by its length. */
const maxPerToken = 20
const longestText = 4000
const shortestName = 3

interface Named {
  readonly userId: UserId
  /** As it is compared. */
  readonly name: string
  /** Where its first word begins. */
  readonly lead: number
}

/** By the first word of the name. */
type Index = ReadonlyMap<string, readonly Named[]>

/**
 * The people of Matrix in a room by how they are called there, for networks on which they are spoken to by name alone. Asked
 * for once per room, forgotten when somebody comes, goes or changes their name.
 */
export class NamesInRoom {
  readonly #api: MatrixApi
  readonly #isPerson: (userId: UserId) => boolean
  readonly #rooms = new Map<RoomId, Promise<Index>>()

  constructor(api: MatrixApi, isPerson: (userId: UserId) => boolean) {
    this.#api = api
    this.#isPerson = isPerson
  }

  /** Those whose names stand in a text as words of their own, in the order of the text. */
  async in(roomId: RoomId, text: string): Promise<UserId[]> {
    const index = await this.#of(roomId)
    if (index.size === 0) return []
    const words = comparable(text.slice(0, longestText))
    const found = new Set<UserId>()
    for (const { 0: word, index: at } of words.matchAll(token))
      for (const named of index.get(word) ?? [])
        if (standsAt(words, at - named.lead, named.name)) found.add(named.userId)
    return [...found]
  }

  /** A member event was seen; those of ghosts change nothing here. */
  noticed(roomId: RoomId, userId: UserId): void {
    if (this.#isPerson(userId)) this.#rooms.delete(roomId)
  }

  async #of(roomId: RoomId): Promise<Index> {
    const known = this.#rooms.get(roomId)
    if (known !== undefined) return await known
    const asking = this.#api.namesOfJoined(roomId).then((names) => this.#indexOf(names))
    if (this.#rooms.size >= maxRooms) this.#rooms.clear()
    this.#rooms.set(roomId, asking)
    asking.catch(() => this.#rooms.delete(roomId))
    return await asking
  }

  #indexOf(names: ReadonlyMap<UserId, string | undefined>): Index {
    const index = new Map<string, Named[]>()
    for (const [userId, given] of names) {
      if (!this.#isPerson(userId)) continue
      const name = comparable(given === undefined || given.trim() === '' ? localpartOf(userId) : given).trim()
      const first = name.matchAll(token).next().value
      if (first === undefined) continue
      const list = index.get(first[0]) ?? []
      if (list.length < maxPerToken) list.push({ userId, name, lead: first.index })
      index.set(first[0], list)
    }
    return index
  }
}

/** Short names are words of many languages: they count only where somebody is addressed. */
function standsAt(text: string, at: number, name: string): boolean {
  if (at < 0 || !text.startsWith(name, at)) return false
  const [before, behind] = [text.slice(Math.max(0, at - 2), at), text.slice(at + name.length, at + name.length + 2)]
  if (/[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(behind)) return false
  if (isPartOfNick(before.at(-1), behind.at(0))) return false
  return name.length >= shortestName || before.endsWith('@') || (/(?:^|\n)$/.test(before) && /^[:,]/.test(behind))
}

/** `ada_`, `ada|away` and `ada-laptop` are nicks of somebody on the network. Signs on both sides are mark-up. */
function isPartOfNick(before = '', behind = ''): boolean {
  const signs = '_|^`\\-'
  return before !== behind && ((before !== '' && signs.includes(before)) || (behind !== '' && signs.includes(behind)))
}

function comparable(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[[\p{Cf}\p{Cc}]--[\n]]/gv, '')
    .replaceAll(/[^\S\n]+/g, ' ')
}
