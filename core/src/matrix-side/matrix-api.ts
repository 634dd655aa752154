import {
  isJsonObject,
  isUserId,
  MatrixError,
  type AuthEvent,
  type EventId,
  type JsonObject,
  type MxcUri,
  type RoomAlias,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { DownloadedMedia } from '../network/bridge-host.ts'
import type { MatrixClient } from './matrix-client.ts'
import { isUnknownEndpoint, mediaPaths } from './media-paths.ts'
import { isRefusal } from './refusal.ts'

export interface Acting {
  readonly actAs?: UserId
  readonly timestampMs?: number
  readonly token?: string
}

export type MembershipVerb = 'invite' | 'kick' | 'ban' | 'unban'

/** How so many rooms were made is kept in mind. */
const maxCreations = 10_000

/**
 * The calls of the client-server API that the bridge makes, by name. A send bears a transaction id, so that its repeat is the same
 * event, and what sets a piece of state or a profile sets it again. A repeated `createRoom` or `upload` makes a second one, and a
 * repeated invitation or kick may be refused: who repeats those looks first.
 */
export class MatrixApi {
  readonly #client: MatrixClient
  readonly #creations = new Map<RoomId, AuthEvent>()

  constructor(client: MatrixClient) {
    this.#client = client
  }

  /** Registers a user of our namespace; one that exists already is fine. */
  async register(localpart: string): Promise<void> {
    const body = { type: 'm.login.application_service', username: localpart, inhibit_login: true }
    try {
      await this.#client.call({ method: 'POST', path: ['client', 'v3', 'register'], body })
    } catch (error) {
      if (!(error instanceof MatrixError && error.errcode === 'M_USER_IN_USE')) throw error
    }
  }

  async createRoom(content: JsonObject, acting: Acting = {}): Promise<RoomId> {
    const path = ['client', 'v3', 'createRoom']
    const answer = await this.#client.call({ method: 'POST', path, body: content, ...acting })
    return answer['room_id'] as RoomId
  }

  /** undefined when nothing bears the alias. */
  async resolveAlias(alias: RoomAlias): Promise<RoomId | undefined> {
    const answer = await this.#orUndefined({ method: 'GET', path: ['client', 'v3', 'directory', 'room', alias] })
    return answer?.['room_id'] as RoomId | undefined
  }

  /** One that the room has already is fine. @throws MatrixError when it leads elsewhere */
  async addAlias(alias: RoomAlias, roomId: RoomId): Promise<void> {
    const path = ['client', 'v3', 'directory', 'room', alias]
    try {
      await this.#client.call({ method: 'PUT', path, body: { room_id: roomId } })
    } catch (error) {
      const isTaken = error instanceof MatrixError && error.status === 409
      if (!isTaken || (await this.resolveAlias(alias)) !== roomId) throw error
    }
  }

  async removeAlias(alias: RoomAlias): Promise<void> {
    await this.#orUndefined({ method: 'DELETE', path: ['client', 'v3', 'directory', 'room', alias] })
  }

  /** In the network's own list, and in the one that clients show first, where the homeserver lets services list rooms there. */
  async setListed(network: string, roomId: RoomId, isListed: boolean): Promise<void> {
    const list = ['client', 'v3', 'directory', 'list']
    const body = { visibility: isListed ? 'public' : 'private' }
    // There are homeservers without the first, and such as do not let services do the second.
    for (const where of [
      ['appservice', network, roomId],
      ['room', roomId],
    ]) {
      try {
        await this.#client.call({ method: 'PUT', path: [...list, ...where], body })
      } catch (error) {
        if (!isRefusal(error)) throw error
      }
    }
  }

  async join(roomId: RoomId, acting: Acting): Promise<void> {
    await this.#client.call({ method: 'POST', path: ['client', 'v3', 'rooms', roomId, 'join'], body: {}, ...acting })
  }

  async leave(roomId: RoomId, acting: Acting, reason?: string): Promise<void> {
    const body = reason === undefined ? {} : { reason }
    await this.#client.call({ method: 'POST', path: ['client', 'v3', 'rooms', roomId, 'leave'], body, ...acting })
  }

  async changeMembership(
    verb: MembershipVerb,
    roomId: RoomId,
    target: { userId: UserId; reason?: string | undefined },
    acting: Acting = {},
  ): Promise<void> {
    const body = { user_id: target.userId, ...(target.reason !== undefined && { reason: target.reason }) }
    await this.#client.call({ method: 'POST', path: ['client', 'v3', 'rooms', roomId, verb], body, ...acting })
  }

  async joinedMembers(roomId: RoomId): Promise<UserId[]> {
    const path = ['client', 'v3', 'rooms', roomId, 'joined_members']
    const answer = await this.#client.call({ method: 'GET', path })
    return Object.keys(answer['joined'] as JsonObject) as UserId[]
  }

  /** How those who are in the room call themselves there. */
  async namesOfJoined(roomId: RoomId): Promise<Map<UserId, string | undefined>> {
    const path = ['client', 'v3', 'rooms', roomId, 'joined_members']
    const { joined } = await this.#client.call({ method: 'GET', path })
    const names = Object.entries(joined as Record<string, { display_name?: unknown }>)
    return new Map(
      names.map(([userId, { display_name: name }]) => [userId as UserId, typeof name === 'string' ? name : undefined]),
    )
  }

  /** Who is in the room or invited to it. */
  async presentMembers(roomId: RoomId): Promise<UserId[]> {
    const answer = await this.#client.call({ method: 'GET', path: ['client', 'v3', 'rooms', roomId, 'members'] })
    const members = answer['chunk'] as { state_key: UserId; content?: { membership?: string } }[]
    const present = members.filter(({ content }) => content?.membership === 'join' || content?.membership === 'invite')
    return present.map(({ state_key: userId }) => userId)
  }

  /** Idempotent by transaction id: a repeat answers with the first event. */
  async send(
    roomId: RoomId,
    event: { type: string; txnId: string; content: JsonObject },
    acting: Acting = {},
  ): Promise<EventId> {
    const path = ['client', 'v3', 'rooms', roomId, 'send', event.type, event.txnId]
    const answer = await this.#client.call({ method: 'PUT', path, body: event.content, hasTxnId: true, ...acting })
    return answer['event_id'] as EventId
  }

  async joinedRooms(): Promise<RoomId[]> {
    const answer = await this.#client.call({ method: 'GET', path: ['client', 'v3', 'joined_rooms'] })
    return answer['joined_rooms'] as RoomId[]
  }

  /** A page of what was said, as the specification has it. */
  async messages(
    roomId: RoomId,
    query: { dir: 'b'; limit: number; filter: string; from: string | undefined },
  ): Promise<JsonObject> {
    return await this.#client.call({ method: 'GET', path: ['client', 'v3', 'rooms', roomId, 'messages'], query })
  }

  /** What an event says, as it was sent; undefined where it is not there. */
  async contentOf(roomId: RoomId, eventId: EventId): Promise<JsonObject | undefined> {
    const path = ['client', 'v3', 'rooms', roomId, 'event', eventId]
    const content = (await this.#orUndefined({ method: 'GET', path }))?.['content']
    return isJsonObject(content) ? content : undefined
  }

  /** What an event says by now, edits included, as far as the homeserver tells of them; undefined when it is gone. */
  async shownContentOf(roomId: RoomId, eventId: EventId): Promise<JsonObject | undefined> {
    const path = ['client', 'v3', 'rooms', roomId, 'event', eventId]
    const event = await this.#orUndefined({ method: 'GET', path })
    const edited = jsonIn(jsonIn(jsonIn(event, 'unsigned'), 'm.relations'), 'm.replace')
    return jsonIn(jsonIn(edited, 'content'), 'm.new_content') ?? jsonIn(event, 'content')
  }

  /** The edits of an event; none where it is not there. */
  async editsOf(roomId: RoomId, eventId: EventId): Promise<EventId[]> {
    const path = ['client', 'v1', 'rooms', roomId, 'relations', eventId, 'm.replace']
    const edits: EventId[] = []
    for (let from: string | undefined; ;) {
      const page: JsonObject | undefined = await this.#orUndefined({ method: 'GET', path, query: { limit: 50, from } })
      const { chunk = [], next_batch: next } = (page ?? {}) as { chunk?: { event_id: EventId }[]; next_batch?: string }
      edits.push(...chunk.map(({ event_id: id }) => id))
      if (next === undefined || next === from) return edits
      from = next
    }
  }

  async redact(
    roomId: RoomId,
    target: { eventId: EventId; txnId: string; reason?: string | undefined; mark?: JsonObject },
    acting: Acting = {},
  ): Promise<EventId> {
    const path = ['client', 'v3', 'rooms', roomId, 'redact', target.eventId, target.txnId]
    const body = { ...target.mark, ...(target.reason !== undefined && { reason: target.reason }) }
    return (await this.#client.call({ method: 'PUT', path, body, hasTxnId: true, ...acting }))['event_id'] as EventId
  }

  async setState(
    roomId: RoomId,
    state: { type: string; stateKey?: string; content: JsonObject },
    acting: Acting = {},
  ): Promise<EventId> {
    const path = ['client', 'v3', 'rooms', roomId, 'state', state.type, state.stateKey ?? '']
    return (await this.#client.call({ method: 'PUT', path, body: state.content, ...acting }))['event_id'] as EventId
  }

  async getState(roomId: RoomId, type: string, stateKey = ''): Promise<JsonObject | undefined> {
    return await this.#orUndefined({ method: 'GET', path: ['client', 'v3', 'rooms', roomId, 'state', type, stateKey] })
  }

  /**
   * How a room was made: asked for once, for it never changes. Where the homeserver gives the content alone, its sender is the one
   * that this names.
   */
  async creationOf(roomId: RoomId): Promise<AuthEvent | undefined> {
    const known = this.#creations.get(roomId)
    if (known !== undefined) return known
    const type = 'm.room.create'
    const path = ['client', 'v3', 'rooms', roomId, 'state', type, '']
    const answer = await this.#orUndefined({ method: 'GET', path, query: { format: 'event' } })
    if (answer === undefined) return undefined
    const { sender, content } = answer
    const isWhole = isUserId(sender) && isJsonObject(content)
    const event = isWhole ? { type, sender, content } : { type, sender: answer['creator'] as UserId, content: answer }
    if (this.#creations.size >= maxCreations) this.#creations.clear()
    this.#creations.set(roomId, event)
    return event
  }

  async accountData(userId: UserId, type: string, acting: Acting): Promise<JsonObject | undefined> {
    return await this.#orUndefined({ method: 'GET', path: pathOfData(userId, type), ...acting })
  }

  async setAccountData(userId: UserId, data: { type: string; content: JsonObject }, acting: Acting): Promise<void> {
    await this.#client.call({ method: 'PUT', path: pathOfData(userId, data.type), body: data.content, ...acting })
  }

  async profile(userId: UserId): Promise<JsonObject | undefined> {
    return await this.#orUndefined({ method: 'GET', path: ['client', 'v3', 'profile', userId] })
  }

  /** False where the homeserver lets nobody change their own: that must not hold up what they say. */
  async setProfile(userId: UserId, field: 'displayname' | 'avatar_url', value: string): Promise<boolean> {
    const path = ['client', 'v3', 'profile', userId, field]
    try {
      await this.#client.call({ method: 'PUT', path, body: { [field]: value }, actAs: userId })
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#client.noteFixedProfiles(error)
      return false
    }
  }

  async setTyping(roomId: RoomId, userId: UserId, timeoutMs: number): Promise<void> {
    const body = timeoutMs > 0 ? { typing: true, timeout: timeoutMs } : { typing: false }
    const path = ['client', 'v3', 'rooms', roomId, 'typing', userId]
    await this.#client.call({ method: 'PUT', path, body, actAs: userId })
  }

  async sendReceipt(roomId: RoomId, eventId: EventId, acting: Acting): Promise<void> {
    const path = ['client', 'v3', 'rooms', roomId, 'receipt', 'm.read', eventId]
    await this.#client.call({ method: 'POST', path, body: {}, ...acting })
  }

  async upload(bytes: Uint8Array, contentType: string, fileName?: string): Promise<MxcUri> {
    const query = { filename: fileName }
    const answer = await this.#client.call({
      method: 'POST',
      path: ['media', 'v3', 'upload'],
      query,
      body: bytes,
      contentType,
    })
    return answer['content_uri'] as MxcUri
  }

  /** @throws MatrixError M_NOT_FOUND when it is gone, M_TOO_LARGE when it exceeds the limit. */
  async download(mxc: { serverName: string; mediaId: string }, maxBytes: number): Promise<DownloadedMedia> {
    const [path = [], former = []] = mediaPaths(mxc.serverName, mxc.mediaId)
    try {
      return await this.#client.download({ method: 'GET', path }, maxBytes)
    } catch (error) {
      if (!(error instanceof MatrixError) || !isUnknownEndpoint(error.status, error.errcode)) throw error
      return await this.#client.download({ method: 'GET', path: former }, maxBytes)
    }
  }

  /** Is this user one of the homeserver's own, with a token that may act for them? */
  async whoami(acting: Acting): Promise<UserId | undefined> {
    try {
      const answer = await this.#client.call({ method: 'GET', path: ['client', 'v3', 'account', 'whoami'], ...acting })
      return answer['user_id'] as UserId
    } catch (error) {
      if (error instanceof MatrixError && error.status < 500) return undefined
      throw error
    }
  }

  async #orUndefined(call: Parameters<MatrixClient['call']>[0]): Promise<JsonObject | undefined> {
    try {
      return await this.#client.call(call)
    } catch (error) {
      if (error instanceof MatrixError && error.status === 404) return undefined
      throw error
    }
  }
}

function pathOfData(userId: UserId, type: string): string[] {
  return ['client', 'v3', 'user', userId, 'account_data', type]
}

function jsonIn(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key]
  return isJsonObject(value) ? value : undefined
}
