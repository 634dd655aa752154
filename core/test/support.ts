import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { Database } from '@pons/database'
import { configWith, startHomeserver, type Homeserver } from '@pons/homeserver'
import {
  createBridge,
  defaultBridgeSettings,
  type Bridge,
  type BridgeSettings,
  type Clock,
  type MetricsRegistry,
} from '@pons/core'
import type { DispatchRequest, DispatchResponse } from '@pons/http'
import { parseServerName, type RoomVersionId } from '@pons/matrix'
import { generateRegistration } from '@pons/registration'
import { MatrixPerson, SimNetwork, type SimOptions } from '@pons/test'
import { engines } from '../../database/test/engines.ts'

const serverName = parseServerName('test.local')

export interface StageOptions extends SimOptions {
  readonly settings?: Partial<BridgeSettings>
  readonly hasPuppets?: boolean
  /** Of rooms whose creator does not choose; the homeserver's own default unless given. */
  readonly roomVersion?: RoomVersionId
  readonly metrics?: MetricsRegistry
  readonly deviceId?: string
  readonly mediaBaseUrl?: string
  /** What stands between bridge and homeserver: answers in its place, or lets pass. */
  readonly between?: (request: DispatchRequest) => DispatchResponse | undefined | Promise<DispatchResponse>
  /** Of the bridge; silent unless given. */
  readonly logger?: Logger
}

/** A homeserver, a bridge and a network in one process, with people on the Matrix side. */
export interface Stage extends AsyncDisposable {
  readonly network: SimNetwork
  readonly homeserver: Homeserver
  readonly clock: TestClock
  readonly hsToken: string
  readonly asToken: string
  readonly database: Database
  /** A request of the bridge's bot that the bridge knows nothing of. @throws when it is refused */
  asBot(method: string, url: string, body?: unknown): Promise<unknown>
  bridge(): Bridge
  /** Until its end the homeserver takes for pushed what is not. */
  forgetPushes(): { readonly untilForgotten: (eventId: string) => Promise<void>; readonly end: () => void }
  /** Stops the bridge and starts another on the same database. */
  restartBridge(): Promise<void>
  person(name: string): Promise<MatrixPerson>
  /** Resolves when homeserver and bridge have nothing left to do. */
  settled(): Promise<void>
}

interface Timer {
  readonly callback: () => void
  readonly delayMs: number
}

/** The watch over what takes long; it is no pause that anybody waits for. */
const watchMs = 60_000

/** Timers that fire when the test says so; the present time is real, unless it is put ahead. */
class TestClock implements Clock {
  #timers: Timer[] = []
  #aheadMs = 0

  now(): number {
    return Date.now() + this.#aheadMs
  }

  /** The present time is later from now on; no timer fires by itself. */
  advance(ms: number): void {
    this.#aheadMs += ms
  }

  elapsedMs(): number {
    return this.now()
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { callback, delayMs }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get waiting(): readonly number[] {
    return this.#timers.map(({ delayMs }) => delayMs).filter((delayMs) => delayMs !== watchMs)
  }

  /** Fires everything that waits now. */
  fire(): void {
    this.#fire(({ delayMs }) => delayMs !== watchMs)
  }

  /** Fires what waits for so long, once there is such a timer. */
  async fireAfter(delayMs: number): Promise<void> {
    while (!this.#timers.some((timer) => timer.delayMs === delayMs)) await new Promise(setImmediate)
    this.#fire((timer) => timer.delayMs === delayMs)
  }

  #fire(isDue: (timer: Timer) => boolean): void {
    const due = this.#timers.filter(isDue)
    this.#timers = this.#timers.filter((timer) => !isDue(timer))
    for (const { callback } of due) callback()
  }
}

/** Runs a suite on every engine that can be tested here. */
export function onEveryEngine(title: string, suite: (open: (options?: StageOptions) => Promise<Stage>) => void): void {
  for (const { name, open } of engines) {
    if (name === 'SQLite file') continue
    describe(`${title} (${name})`, function () {
      if (open === undefined) {
        it('needs TEST_POSTGRES_URL')
        return
      }
      suite(async (options = {}) => {
        const database = await open()
        return await openStage(database, options)
      })
    })
  }
}

type OpenDatabase = Awaited<ReturnType<NonNullable<(typeof engines)[number]['open']>>>

async function openStage(owned: OpenDatabase, options: StageOptions): Promise<Stage> {
  const { database } = owned
  const logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
  const media = mkdtempSync(join(tmpdir(), 'pons-core-media-'))
  const config = configWith({
    server_name: serverName,
    listeners: [{ host: '127.0.0.1', port: 0 }],
    registration: { open: true },
    ...(options.roomVersion !== undefined && { default_room_version: options.roomVersion }),
    media: { folder: media, max_upload_bytes: 104_857_600 },
  })
  const homeserver = await startHomeserver({ config, database, logger })
  const registration = generateRegistration({
    id: 'sim',
    senderLocalpart: 'simbot',
    users: [{ regex: '@sim_.*:test\\.local', exclusive: true }],
    aliases: [{ regex: '#sim_.*:test\\.local', exclusive: true }],
  })
  const puppets = generateRegistration({
    id: 'puppets',
    senderLocalpart: 'puppets',
    users: [{ regex: '@.*:test\\.local', exclusive: false }],
  })
  await homeserver.appservices.register({ ...puppets, url: null })
  const network = new SimNetwork(options)
  const clock = new TestClock()
  const people: MatrixPerson[] = []
  let bridge: Bridge
  let forgotten: Set<string> | undefined
  const startBridge = async () => {
    bridge = await createBridge({
      connector: network.connector(),
      db: database,
      serverName,
      homeserver: async (request) => (await options.between?.(request)) ?? (await homeserver.dispatch(request)),
      asToken: registration.as_token,
      hsToken: registration.hs_token,
      ...(options.hasPuppets === true && { doublePuppetToken: puppets.as_token }),
      settings: { ...defaultBridgeSettings, ...options.settings },
      ...(options.mediaBaseUrl !== undefined && { mediaBaseUrl: options.mediaBaseUrl }),
      ...(options.deviceId !== undefined && { deviceId: options.deviceId }),
      ...(options.metrics !== undefined && { metrics: options.metrics }),
      logger: options.logger ?? logger,
      version: 'test',
      clock,
    })
    await homeserver.appservices.register(registration, async (request) => {
      if (forgotten === undefined || !request.url.includes('/transactions/'))
        return await bridge.appservice.dispatch(request)
      for (const { event_id: id } of (request.body as { events: { event_id: string }[] }).events) forgotten.add(id)
      return { status: 200, headers: {}, body: {} }
    })
    await bridge.start()
  }
  await startBridge()
  return {
    network,
    homeserver,
    clock,
    hsToken: registration.hs_token,
    asToken: registration.as_token,
    database,
    async asBot(method, url, body) {
      const headers = { authorization: `Bearer ${registration.as_token}` }
      const answer = await homeserver.dispatch({ method, url, headers, body })
      if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    bridge: () => bridge,
    forgetPushes() {
      const kept = (forgotten = new Set<string>())
      return {
        async untilForgotten(eventId) {
          while (!kept.has(eventId)) await new Promise(setImmediate)
        },
        end() {
          forgotten = undefined
        },
      }
    },
    async restartBridge() {
      await bridge[Symbol.asyncDispose]()
      await startBridge()
    },
    async person(name) {
      const url = homeserver.urls[0] ?? ''
      const person = await MatrixPerson.register({ url, name, password: 'password' })
      people.push(person)
      return person
    },
    settled: () => bridge.settled(),
    async [Symbol.asyncDispose]() {
      for (const person of people) await person[Symbol.asyncDispose]()
      await bridge[Symbol.asyncDispose]()
      await homeserver[Symbol.asyncDispose]()
      await owned[Symbol.asyncDispose]()
      rmSync(media, { recursive: true, force: true })
    },
  }
}
