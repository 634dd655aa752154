import { MatrixError, type RoomId, type UserId } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import type { Logins } from '../login/logins.ts'
import { addDirectRoom } from '../matrix-side/direct-rooms.ts'
import type { DoublePuppets } from '../matrix-side/double-puppets.ts'
import type { Acting, MatrixApi } from '../matrix-side/matrix-api.ts'
import type { ChatKey, RemoteUser } from '../network/chat.ts'
import type { LoginId, RemoteUserId } from '../network/ids.ts'
import type { RoomMembers } from './room-members.ts'

/** Who a remote person is in a room. */
export interface MemberUser {
  readonly userId: UserId
  /** True: a login's own person, who is there as themselves and not as a ghost. */
  readonly isOwner: boolean
  /** Acts for the owner; undefined for a ghost, and where nobody may act for the owner. */
  readonly token?: string
}

export interface Speaker {
  readonly userId: UserId
  readonly acting: Acting
  /** True: a real person's account speaks, through their double puppet. */
  readonly isPuppet: boolean
  /** Whose login the remote person is, also where nobody may act for them: what they did from here is under their name. */
  readonly owner?: UserId
}

export interface PeopleParts {
  readonly logins: Logins
  readonly ghosts: Ghosts
  readonly puppets: DoublePuppets
  readonly members: RoomMembers
  readonly api: MatrixApi
}

/** Who the people of the network are in Matrix, and how they come into rooms. */
export class People {
  readonly #parts: PeopleParts

  constructor(parts: PeopleParts) {
    this.#parts = parts
  }

  /** The ghost, or the owner where the remote person is the own one of a login that has its part in the chat. */
  async memberUser(chat: ChatKey, user: RemoteUserId): Promise<MemberUser> {
    const { logins, ghosts, puppets } = this.#parts
    const owner = logins.ofPerson({ id: user }, chat)?.record.owner
    if (owner === undefined) return { userId: ghosts.userIdOf(user), isOwner: false }
    const token = await puppets.tokenFor(owner)
    return { userId: owner, isOwner: true, ...(token !== undefined && { token }) }
  }

  /** For calls in the name of a remote person: as the ghost, or as the owner of a login where we may act for them. */
  async acting(chat: ChatKey, user: RemoteUserId): Promise<Acting & { readonly actAs: UserId }> {
    const { userId, token } = await this.memberUser(chat, user)
    return token === undefined ? { actAs: this.#parts.ghosts.userIdOf(user) } : { actAs: userId, token }
  }

  /**
   * Who says it in Matrix: where the remote person is the own one of a login, whoever heard it, the login's owner, if we may act
   * for them; else the ghost. Either is in the room afterwards.
   */
  async speaker(
    roomId: RoomId,
    { sender, chat, timestampMs }: { sender: RemoteUser; chat: ChatKey; timestampMs: number },
  ): Promise<Speaker> {
    const { logins, ghosts, puppets, members } = this.#parts
    const owner = logins.ofPerson(sender, chat)?.record.owner
    const token = owner && (await puppets.tokenFor(owner))
    if (owner !== undefined && token !== undefined) {
      await members.ensureJoined(roomId, owner, token)
      return { userId: owner, acting: { actAs: owner, token, timestampMs }, isPuppet: true, owner }
    }
    const userId = await ghosts.ensure(sender)
    await members.ensureJoined(roomId, userId)
    return { userId, acting: { actAs: userId, timestampMs }, isPuppet: false, ...(owner !== undefined && { owner }) }
  }

  /** Who takes back what is under that name: a ghost itself, the owner of that login through their double puppet, or nobody. */
  async speakerUnder(userId: UserId, roomId: RoomId, { login, timestampMs }: HeardAt): Promise<Speaker | undefined> {
    const { logins, ghosts, puppets, members } = this.#parts
    if (ghosts.isGhost(userId)) return { userId, acting: { actAs: userId, timestampMs }, isPuppet: false }
    const owner = login && logins.ownerOf(login)
    const token = owner === userId ? await puppets.tokenFor(owner) : undefined
    if (token === undefined) return undefined
    await members.ensureJoined(roomId, userId, token)
    return { userId, acting: { actAs: userId, token, timestampMs }, isPuppet: true }
  }

  /** Brings a Matrix user into a room: through their double puppet where there is one, else by an invitation. */
  async invite(roomId: RoomId, userId: UserId, isDirect = false): Promise<void> {
    const { puppets, members, api } = this.#parts
    const joined = await members.joined(roomId)
    if (joined.has(userId)) return
    const token = await puppets.tokenFor(userId)
    if (token !== undefined) return await members.ensureJoined(roomId, userId, token)
    try {
      // The plain invitation cannot say that it is to a direct chat.
      const content = { membership: 'invite', is_direct: true }
      if (isDirect) await api.setState(roomId, { type: 'm.room.member', stateKey: userId, content })
      else await api.changeMembership('invite', roomId, { userId })
    } catch (error) {
      // Invited before, by a run that a crash cut short.
      if (!(error instanceof MatrixError && error.status === 403)) throw error
    }
  }

  /** Whose chat it is, or whose login saw it: they are invited, and let in at once where we may act for them. */
  async bringOwner(
    { chat, roomId }: { readonly chat: ChatKey; readonly roomId: RoomId },
    seenBy: LoginId | undefined,
    isDirect = false,
  ): Promise<void> {
    const login = chat.receiver ?? seenBy
    const owner = login === undefined ? undefined : this.#parts.logins.ownerOf(login)
    if (owner !== undefined) await this.invite(roomId, owner, isDirect)
  }

  /** Puts a room among the direct messages of its owner, where we may act for them. */
  async listAsDirect(roomId: RoomId, { owner, other }: { owner: UserId; other: UserId }): Promise<void> {
    const token = await this.#parts.puppets.tokenFor(owner)
    if (token !== undefined) await addDirectRoom(this.#parts.api, { userId: owner, token }, { roomId, other })
  }
}

interface HeardAt {
  readonly login?: LoginId | undefined
  readonly timestampMs: number
}
