import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, loadConfig, runPons, type RunningPons } from '@pons/app'
import { userIdOf, type JsonObject } from '@pons/matrix'
import { freePort } from '../free-port.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import type { LoopbackChat } from './loopback-chat.ts'
import type { LoopbackNetwork } from './loopback-network.ts'
import { loopbacks } from './start-loopback.ts'

export interface LoopbackStageOptions {
  /** Started by the caller; the stage ends them. */
  readonly networks: readonly LoopbackNetwork[]
  readonly settings?: JsonObject
  /** Files of the data folder to begin with, by name; the account `owner` is in the database then. */
  readonly data?: Readonly<Record<string, Uint8Array>>
  /** How many people there are on the Matrix side; one unless given. */
  readonly people?: number
}

/** Networks, a whole Pons in this process, one person on the Matrix side, and their chats on each network. */
export interface LoopbackStage extends AsyncDisposable {
  readonly pons: RunningPons
  readonly person: MatrixPerson
  /** All of them, the person first. */
  readonly people: readonly MatrixPerson[]
  /** By network id. */
  readonly chats: ReadonlyMap<string, readonly LoopbackChat[]>
  /** Ends Pons and starts it again on what it had stored. */
  restart(): Promise<void>
  /** Resolves when no bridge has anything left to do. */
  settled(): Promise<void>
}

export async function startLoopbackStage(options: LoopbackStageOptions): Promise<LoopbackStage> {
  const { networks } = options
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'pons-stage-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  for (const network of networks) stack.use(network)
  const configFile = join(folder, 'pons.yaml')
  writeFileSync(configFile, JSON.stringify({ ...baseSettings(networks, await freePort()), ...options.settings }))
  mkdirSync(join(folder, 'data'))
  for (const [name, bytes] of Object.entries(options.data ?? {})) writeFileSync(join(folder, 'data', name), bytes)
  const run = (): Promise<RunningPons> => {
    const level = process.env['TEST_LOG']
    const target = level === undefined ? { level: 'warn', file: join(folder, 'pons.log') } : { level }
    return runPons({ loaded: loadConfig(configFile), logger: createLogger(target) })
  }
  let pons = await run()
  stack.defer(() => pons[Symbol.asyncDispose]())
  const people: MatrixPerson[] = []
  for (let number = 0; number < (options.people ?? 1); number++) {
    const account = { name: number === 0 ? 'owner' : `guest${number}`, password: 'password' }
    const userId = userIdOf(account.name, pons.serverName)
    if (options.data === undefined)
      await pons.homeserver.services.accounts.create({ userId, password: account.password })
    people.push(stack.use(await MatrixPerson.logIn({ url: pons.urls[0] ?? '', ...account })))
  }
  const [person] = people
  if (person === undefined) throw new RangeError('a stage without people')
  const chats = new Map<string, readonly LoopbackChat[]>()
  for (const network of networks) chats.set(network.id, await network.enter(people))
  const owned = stack.move()
  return {
    get pons() {
      return pons
    },
    person,
    people,
    chats,
    async restart() {
      await pons[Symbol.asyncDispose]()
      pons = await run()
    },
    async settled() {
      for (const bridge of pons.bridges) await bridge.settled()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A port that stays the same through restarts: people's clients go on talking to it. */
function baseSettings(networks: readonly LoopbackNetwork[], port: number): JsonObject {
  const off = Object.fromEntries(Object.keys(loopbacks).map((id) => [id, false]))
  const on = Object.fromEntries(networks.map(({ id, settings }) => [id, settings]))
  return {
    listeners: [{ host: '127.0.0.1', port }],
    rate_limit: false,
    password_hashing: 'cheap',
    networks: { ...off, ...on },
  }
}
