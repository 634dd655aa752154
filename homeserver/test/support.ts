import { randomBytes } from 'node:crypto'
import type { DispatchResponse } from '@pons/http'
import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import { parseRegistration, type Registration } from '@pons/registration'
import pg from 'pg'
import { pino } from 'pino'
import { configWith, startHomeserver, type Config, type Homeserver, type HomeserverOptions } from '../src/index.ts'

export const quiet = pino({ level: process.env['TEST_LOG'] ?? 'silent' })

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

/** A user or application service that talks to the server through its in-process interface. */
export class Client {
  readonly #homeserver: Homeserver
  readonly token: string
  readonly userId: UserId
  readonly deviceId: string | undefined

  constructor(homeserver: Homeserver, token: string, userId: UserId, deviceId?: string) {
    this.#homeserver = homeserver
    this.token = token
    this.userId = userId
    this.deviceId = deviceId
  }

  async request(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
    const answer: DispatchResponse = await this.#homeserver.dispatch({
      method,
      url: url.startsWith('/') ? url : `/_matrix/client/v3/${url}`,
      headers: this.token === '' ? {} : { authorization: `Bearer ${this.token}` },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
    return { status: answer.status, headers: answer.headers, body: answer.body as JsonObject }
  }

  /** Fails the test with what the server said when the answer is not 200. */
  async ok(method: string, url: string, body?: unknown): Promise<JsonObject> {
    const answer = await this.request(method, url, body)
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  get(url: string): Promise<JsonObject> {
    return this.ok('GET', url)
  }

  put(url: string, body: unknown = {}): Promise<JsonObject> {
    return this.ok('PUT', url, body)
  }

  post(url: string, body: unknown = {}): Promise<JsonObject> {
    return this.ok('POST', url, body)
  }

  /** `403 M_FORBIDDEN` and the like. */
  async refusal(method: string, url: string, body?: unknown): Promise<string> {
    const answer = await this.request(method, url, body)
    return `${answer.status} ${(answer.body['errcode'] as string | undefined) ?? ''}`.trim()
  }

  async createRoom(options: JsonObject = {}): Promise<RoomId> {
    return (await this.post('createRoom', options))['room_id'] as RoomId
  }

  async send(roomId: string, text: string, txnId: string = text): Promise<string> {
    const content = { msgtype: 'm.text', body: text }
    return this.sendEvent(roomId, 'm.room.message', content, txnId)
  }

  async sendEvent(roomId: string, type: string, content: JsonObject, txnId: string): Promise<string> {
    const url = `rooms/${encodeURIComponent(roomId)}/send/${type}/${encodeURIComponent(txnId)}`
    return (await this.put(url, content))['event_id'] as string
  }

  async setState(roomId: string, type: string, content: JsonObject, stateKey = ''): Promise<string> {
    const url = `rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(stateKey)}`
    return (await this.put(url, content))['event_id'] as string
  }

  join(roomId: string): Promise<JsonObject> {
    return this.post(`join/${encodeURIComponent(roomId)}`)
  }

  /** In the room: a path below /rooms/{roomId}. */
  room(roomId: string, rest: string): string {
    return `rooms/${encodeURIComponent(roomId)}/${rest}`
  }
}

export interface TestHomeserver extends AsyncDisposable {
  readonly homeserver: Homeserver
  /** Without a token. */
  readonly anonymous: Client
  register(localpart: string): Promise<Client>
  /** With the token of an application service, as the user when one is given. */
  as(registration: Registration): Client
}

export type Engine = 'SQLite' | 'PostgreSQL'

/** PostgreSQL where TEST_POSTGRES_URL names a server. */
export const engines: readonly Engine[] =
  process.env['TEST_POSTGRES_URL'] === undefined ? ['SQLite'] : ['SQLite', 'PostgreSQL']

/** A schema of its own on the test server, dropped in the end. */
async function postgresSchema(): Promise<{ location: string } & AsyncDisposable> {
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '')
  const schema = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  url.searchParams.set('options', `-c search_path=${schema}`)
  return {
    location: url.href,
    async [Symbol.asyncDispose]() {
      await admin.query(`drop schema ${schema} cascade`)
      await admin.end()
    },
  }
}

export async function testHomeserver(
  settings: Partial<Config> = {},
  options: Partial<HomeserverOptions> = {},
  engine: Engine = 'SQLite',
): Promise<TestHomeserver> {
  await using stack = new AsyncDisposableStack()
  const schema = engine === 'PostgreSQL' ? stack.use(await postgresSchema()) : undefined
  const config = configWith({
    server_name: 'example.org',
    database: schema?.location ?? 'sqlite::memory:',
    registration: { open: true },
    ...settings,
  })
  const homeserver = stack.use(await startHomeserver({ logger: quiet, ...options, config }))
  const owned = stack.move()
  const anonymous = new Client(homeserver, '', '' as UserId)
  return {
    homeserver,
    anonymous,
    async register(localpart) {
      const userId = `@${localpart}:${config.server_name}` as UserId
      // Hashing a password takes long by intent, and most tests need none.
      await homeserver.services.accounts.create({ userId })
      const { accessToken, deviceId } = await homeserver.services.sessions.logIn({ userId })
      return new Client(homeserver, accessToken, userId, deviceId)
    },
    as(registration) {
      const userId = `@${registration.sender_localpart}:${config.server_name}` as UserId
      return new Client(homeserver, registration.as_token, userId)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function testRegistration(id = 'irc', more: Record<string, unknown> = {}): Registration {
  return parseRegistration(
    JSON.stringify({
      id,
      url: null,
      as_token: `as-${id}-token-that-is-long-enough`,
      hs_token: `hs-${id}-token-that-is-long-enough`,
      sender_localpart: `${id}bot`,
      namespaces: {
        users: [{ regex: `@${id}_.*:example\\.org`, exclusive: true }],
        aliases: [{ regex: `#${id}_.*:example\\.org`, exclusive: true }],
        rooms: [],
      },
      rate_limited: false,
      receive_ephemeral: true,
      ...more,
    }),
    'test',
  )
}
