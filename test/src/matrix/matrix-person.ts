import { setTimeout as pause } from 'node:timers/promises'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'

export interface MatrixPersonOptions {
  /** Base URL of the homeserver. */
  readonly url: string
  readonly name: string
  readonly password: string
  readonly timeoutMs?: number
}

export interface SeenEvent {
  readonly event_id: string
  readonly room_id: string
  readonly sender: string
  readonly type: string
  readonly state_key?: string
  readonly content: Record<string, unknown>
  readonly origin_server_ts: number
  readonly redacts?: string
}

/** Typing and receipts, as sync had them. */
export interface SeenEphemeral {
  readonly room_id: string
  readonly type: string
  readonly content: Record<string, unknown>
}

type Json = Record<string, unknown>

interface SyncedRoom {
  readonly state?: { readonly events?: readonly SeenEvent[] }
  readonly timeline?: { readonly events?: readonly SeenEvent[] }
  readonly ephemeral?: { readonly events?: readonly SeenEphemeral[] }
}

/**
 * A person on Matrix with a plain client of their own, over HTTP. What fails because the server is away, or asks to wait, is
 * tried again, sends under the same transaction id, as every client does.
 */
export class MatrixPerson implements AsyncDisposable {
  readonly events: SeenEvent[] = []
  readonly ephemeral: SeenEphemeral[] = []
  readonly #options: MatrixPersonOptions
  readonly #stop = new AbortController()
  readonly #waiters = new Waiters()
  #token = ''
  #userId = ''
  #syncing: Promise<void> = Promise.resolve()
  #txn = 0

  private constructor(options: MatrixPersonOptions) {
    this.#options = options
  }

  /** Makes the account, where the server lets anybody do so, logs in and begins to sync. */
  static async register(options: MatrixPersonOptions): Promise<MatrixPerson> {
    const { url, name: username, password } = options
    const response = await fetch(`${url}/_matrix/client/v3/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password, auth: { type: 'm.login.dummy' }, inhibit_login: true }),
    })
    if (!response.ok) throw new Error(`could not register ${username}: ${await response.text()}`)
    return await MatrixPerson.logIn(options)
  }

  /** Logs in and begins to sync. */
  static async logIn(options: MatrixPersonOptions): Promise<MatrixPerson> {
    const person = new MatrixPerson(options)
    const answer = await person.request('POST', '/_matrix/client/v3/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: options.name },
      password: options.password,
    })
    person.#token = String(answer['access_token'])
    person.#userId = String(answer['user_id'])
    person.#syncing = person.#sync()
    return person
  }

  get userId(): string {
    return this.#userId
  }

  async join(roomIdOrAlias: string): Promise<string> {
    const answer = await this.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomIdOrAlias)}`, {})
    return String(answer['room_id'])
  }

  /** A room of this person and those invited. */
  async createRoom(content: Json): Promise<string> {
    return String((await this.request('POST', '/_matrix/client/v3/createRoom', content))['room_id'])
  }

  /** Resolves with the event id once the server has accepted it. */
  async send(roomId: string, content: Json, type = 'm.room.message'): Promise<string> {
    const txnId = `${process.pid}-${Date.now()}-${++this.#txn}`
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${type}/${txnId}`
    return String((await this.request('PUT', path, content))['event_id'])
  }

  async say(roomId: string, text: string): Promise<string> {
    return await this.send(roomId, { msgtype: 'm.text', body: text })
  }

  async redact(roomId: string, eventId: string): Promise<string> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(eventId)}/${++this.#txn}`
    return String((await this.request('PUT', path, {}))['event_id'])
  }

  async setState(roomId: string, type: string, content: Json, stateKey = ''): Promise<void> {
    const path = `rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(stateKey)}`
    await this.request('PUT', `/_matrix/client/v3/${path}`, content)
  }

  /** Tells the room that this person types. */
  async type(roomId: string, isTyping = true): Promise<void> {
    const path = `rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(this.#userId)}`
    await this.request(
      'PUT',
      `/_matrix/client/v3/${path}`,
      isTyping ? { typing: true, timeout: 20_000 } : { typing: false },
    )
  }

  async read(roomId: string, eventId: string): Promise<void> {
    const path = `rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`
    await this.request('POST', `/_matrix/client/v3/${path}`, {})
  }

  /** Resolves with the mxc URI. */
  async upload(bytes: Uint8Array, mimeType: string): Promise<string> {
    const response = await fetch(`${this.#options.url}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { 'content-type': mimeType, authorization: `Bearer ${this.#token}` },
      body: new Uint8Array(bytes),
    })
    return String(((await response.json()) as Json)['content_uri'])
  }

  async download(mxcUri: string): Promise<Uint8Array> {
    const path = `/_matrix/client/v1/media/download/${mxcUri.slice('mxc://'.length)}`
    const headers = { authorization: `Bearer ${this.#token}` }
    const response = await fetch(this.#options.url + path, { headers })
    if (!response.ok) throw new Error(`${mxcUri}: ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  /** Somebody else types in the room. */
  async seeTyping(roomId: string): Promise<void> {
    const isTyping = ({ type, room_id: room, content }: SeenEphemeral): boolean =>
      type === 'm.typing' &&
      room === roomId &&
      (content['user_ids'] as string[]).some((userId) => userId !== this.#userId)
    await this.#until(() => this.ephemeral.find(isTyping), 'somebody typing')
  }

  /** Somebody else has read up to the event. */
  async seeReceipt(roomId: string, eventId: string): Promise<void> {
    const isReceipt = ({ type, room_id: room, content }: SeenEphemeral): boolean => {
      const readers = (content[eventId] as { 'm.read'?: Json } | undefined)?.['m.read'] ?? {}
      const isRead = Object.keys(readers).some((userId) => userId !== this.#userId)
      return type === 'm.receipt' && room === roomId && isRead
    }
    await this.#until(() => this.ephemeral.find(isReceipt), `a receipt for ${eventId}`)
  }

  /** Every event of the room's timeline, oldest first, as the server has it now. */
  async history(roomId: string): Promise<SeenEvent[]> {
    const events: SeenEvent[] = []
    let from = ''
    for (;;) {
      const query = `dir=f&limit=1000${from === '' ? '' : `&from=${encodeURIComponent(from)}`}`
      const page = await this.request('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?${query}`)
      events.push(...(page['chunk'] as SeenEvent[]))
      const end = page['end'] as string | undefined
      if (end === undefined || end === from) return events
      from = end
    }
  }

  /** The first event seen by sync that fits; waits for it. */
  async see(predicate: (event: SeenEvent) => boolean, what = 'an event'): Promise<SeenEvent> {
    return await this.#until(() => this.events.find(predicate), what)
  }

  async #until<T>(find: () => T | undefined, what: string): Promise<T> {
    const tail = (): string[] =>
      this.events.slice(-10).map((event) => `${event.sender} ${event.type} ${JSON.stringify(event.content)}`)
    return await this.#waiters.until(find, {
      timeoutMs: this.#options.timeoutMs ?? patienceMs,
      describe: () => `${this.#userId} did not see ${what}; last were\n${tail().join('\n')}`,
    })
  }

  async hear(text: string, roomId?: string): Promise<SeenEvent> {
    return await this.see(
      (event) => event.content['body'] === text && (roomId === undefined || event.room_id === roomId),
      JSON.stringify(text),
    )
  }

  /** One request as this person; tried again while the server cannot be reached. @throws Error with the server's words */
  async request(method: string, path: string, body?: Json): Promise<Json> {
    for (;;) {
      const response = await this.#attempt(method, path, body)
      if (response !== undefined) {
        if (response.status === 200) return response.body
        if (response.status === 429) {
          await pause(Number(response.body['retry_after_ms'] ?? 100), undefined, { signal: this.#stop.signal })
          continue
        }
        throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`)
      }
      await pause(20, undefined, { signal: this.#stop.signal })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#syncing
  }

  /** undefined when no whole answer came: the server was away or went away. */
  async #attempt(method: string, path: string, body?: Json): Promise<{ status: number; body: Json } | undefined> {
    try {
      const response = await fetch(this.#options.url + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: this.#stop.signal,
      })
      return { status: response.status, body: (await response.json()) as Json }
    } catch (error) {
      if (this.#stop.signal.aborted) throw error
      return undefined
    }
  }

  async #sync(): Promise<void> {
    let since = ''
    while (!this.#stop.signal.aborted) {
      try {
        const query = since === '' ? '' : `&since=${encodeURIComponent(since)}`
        const answer = await this.request('GET', `/_matrix/client/v3/sync?timeout=10000${query}`)
        since = String(answer['next_batch'])
        this.#take(answer)
      } catch (error) {
        if (!this.#stop.signal.aborted) throw error
      }
    }
  }

  #take(answer: Json): void {
    const rooms = (answer['rooms'] ?? {}) as { join?: Record<string, SyncedRoom> }
    for (const [roomId, room] of Object.entries(rooms.join ?? {})) {
      // State of before the timeline's part: of a room joined just now, or of a gap.
      for (const event of room.state?.events ?? []) this.events.push({ ...event, room_id: roomId })
      for (const event of room.timeline?.events ?? []) this.events.push({ ...event, room_id: roomId })
      for (const event of room.ephemeral?.events ?? []) this.ephemeral.push({ ...event, room_id: roomId })
    }
    this.#waiters.wake()
  }
}
