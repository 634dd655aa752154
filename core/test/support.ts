import { pino } from 'pino'
import { configWith, startHomeserver, type Homeserver } from '@pons/homeserver'
import { createBridge, defaultBridgeSettings, type Bridge, type BridgeSettings, type Clock } from '@pons/core'
import { parseServerName } from '@pons/matrix'
import { generateRegistration } from '@pons/registration'
import { MatrixPerson, SimNetwork, type SimOptions } from '@pons/test'
import { engines } from '../../database/test/engines.ts'

const serverName = parseServerName('test.local')

export interface StageOptions extends SimOptions {
  readonly settings?: Partial<BridgeSettings>
  readonly hasPuppets?: boolean
}

/** A homeserver, a bridge and a network in one process, with people on the Matrix side. */
export interface Stage extends AsyncDisposable {
  readonly network: SimNetwork
  readonly homeserver: Homeserver
  readonly clock: TestClock
  readonly hsToken: string
  readonly asToken: string
  bridge(): Bridge
  /** Stops the bridge and starts another on the same database. */
  restartBridge(): Promise<void>
  person(name: string): Promise<MatrixPerson>
  /** Resolves when homeserver and bridge have nothing left to do. */
  settled(): Promise<void>
}

/** Timers that fire when the test says so; the present time is real. */
class TestClock implements Clock {
  #timers: { callback: () => void; delayMs: number }[] = []

  now(): number {
    return Date.now()
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { callback, delayMs }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get waiting(): readonly number[] {
    return this.#timers.map(({ delayMs }) => delayMs)
  }

  /** Fires everything that waits now. */
  fire(): void {
    for (const { callback } of this.#timers.splice(0)) callback()
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
  const config = configWith({
    server_name: serverName,
    listeners: [{ host: '127.0.0.1', port: 0 }],
    registration: { open: true },
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
  const startBridge = async () => {
    bridge = await createBridge({
      connector: network.connector(),
      db: database,
      serverName,
      homeserver: homeserver.dispatch,
      asToken: registration.as_token,
      hsToken: registration.hs_token,
      ...(options.hasPuppets === true && { doublePuppetToken: puppets.as_token }),
      settings: { ...defaultBridgeSettings, ...options.settings },
      logger,
      version: 'test',
      clock,
    })
    await homeserver.appservices.register(registration, (request) => bridge.appservice.dispatch(request))
    await bridge.start()
  }
  await startBridge()
  return {
    network,
    homeserver,
    clock,
    hsToken: registration.hs_token,
    asToken: registration.as_token,
    bridge: () => bridge,
    async restartBridge() {
      await bridge[Symbol.asyncDispose]()
      await startBridge()
    },
    async person(name) {
      const url = homeserver.urls[0] ?? ''
      const person = await MatrixPerson.register({ url, name, password: 'password', timeoutMs: 5000 })
      people.push(person)
      return person
    },
    settled: () => bridge.settled(),
    async [Symbol.asyncDispose]() {
      for (const person of people) await person[Symbol.asyncDispose]()
      await bridge[Symbol.asyncDispose]()
      await homeserver[Symbol.asyncDispose]()
      await owned[Symbol.asyncDispose]()
    },
  }
}
