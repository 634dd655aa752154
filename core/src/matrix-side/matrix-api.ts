import {
  MatrixError,
  type EventId,
  type JsonObject,
  type MxcUri,
  type RoomAlias,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { DownloadedMedia } from '../network/bridge-host.ts'
import type { MatrixClient } from './matrix-client.ts'

export interface Acting {
  readonly actAs?: UserId
  readonly timestampMs?: number
  readonly token?: string
}

export type MembershipVerb = 'invite' | 'kick' | 'ban' | 'unban'

/** The calls of the client-server API that the bridge makes, by name. All are safe to repeat. */
export class MatrixApi {
  readonly #client: MatrixClient

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

  async removeAlias(alias: RoomAlias): Promise<void> {
    await this.#orUndefined({ method: 'DELETE', path: ['client', 'v3', 'directory', 'room', alias] })
  }

  async setListed(network: string, roomId: RoomId, isListed: boolean): Promise<void> {
    await this.#client.call({
      method: 'PUT',
      path: ['client', 'v3', 'directory', 'list', 'appservice', network, roomId],
      body: { visibility: isListed ? 'public' : 'private' },
    })
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

  /** How many are in the room or invited to it. */
  async countPresent(roomId: RoomId): Promise<number> {
    const answer = await this.#client.call({ method: 'GET', path: ['client', 'v3', 'rooms', roomId, 'members'] })
    const members = answer['chunk'] as { content?: { membership?: string } }[]
    return members.filter(({ content }) => content?.membership === 'join' || content?.membership === 'invite').length
  }

  /** Idempotent by transaction id: a repeat answers with the first event. */
  async send(
    roomId: RoomId,
    event: { type: string; txnId: string; content: JsonObject },
    acting: Acting = {},
  ): Promise<EventId> {
    const path = ['client', 'v3', 'rooms', roomId, 'send', event.type, event.txnId]
    const answer = await this.#client.call({ method: 'PUT', path, body: event.content, ...acting })
    return answer['event_id'] as EventId
  }

  async redact(
    roomId: RoomId,
    target: { eventId: EventId; txnId: string; reason?: string | undefined; mark?: JsonObject },
    acting: Acting = {},
  ): Promise<EventId> {
    const path = ['client', 'v3', 'rooms', roomId, 'redact', target.eventId, target.txnId]
    const body = { ...target.mark, ...(target.reason !== undefined && { reason: target.reason }) }
    return (await this.#client.call({ method: 'PUT', path, body, ...acting }))['event_id'] as EventId
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

  async profile(userId: UserId): Promise<JsonObject | undefined> {
    return await this.#orUndefined({ method: 'GET', path: ['client', 'v3', 'profile', userId] })
  }

  async setProfile(userId: UserId, field: 'displayname' | 'avatar_url', value: string): Promise<void> {
    const path = ['client', 'v3', 'profile', userId, field]
    await this.#client.call({ method: 'PUT', path, body: { [field]: value }, actAs: userId })
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
    const path = ['client', 'v1', 'media', 'download', mxc.serverName, mxc.mediaId]
    return await this.#client.download({ method: 'GET', path }, maxBytes)
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
