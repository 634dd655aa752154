import { mkdirSync, readFileSync } from 'node:fs'
import {
  createBridge,
  MetricsRegistry,
  systemClock,
  Turns,
  type Bridge,
  type NetworkConnector,
  type QueueMaker,
} from '@pons/core'
import { openDatabase, type Database } from '@pons/database'
import { startHomeserver, type Homeserver } from '@pons/homeserver'
import { parseServerName, type ServerName } from '@pons/matrix'
import { parseRegistration, RegistrationError } from '@pons/registration'
import type { Logger } from 'pino'
import { ConfigError } from './config/config-error.ts'
import { containFailures } from './contain-failures.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { databaseLocation, homeserverSettings } from './homeserver-settings.ts'
import { bridgeRegistration, doublePuppetRegistration } from './local-registrations.ts'
import { networkConnectors } from './networks.ts'
import { queueMaker } from './queue-maker.ts'
import { operatorMounts } from './operator-pages.ts'
import { version } from './version.ts'

export interface RunOptions {
  readonly loaded: LoadedConfig
  readonly logger: Logger
  /** Called at named moments; a fault suite ends the process there. */
  readonly onStep?: (step: string) => void
}

/** Homeserver and bridges in one process, over one database. */
export interface RunningPons extends AsyncDisposable {
  readonly homeserver: Homeserver
  readonly bridges: readonly Bridge[]
  readonly serverName: ServerName
  readonly urls: readonly string[]
}

export async function runPons(options: RunOptions): Promise<RunningPons> {
  const { loaded, logger, onStep } = options
  const config = homeserverSettings(loaded)
  const serverName = parseServerName(config.server_name)
  const registrations = readRegistrations(loaded)
  mkdirSync(loaded.inData('.'), { recursive: true, mode: 0o700 })
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openDatabase(databaseLocation(loaded)))
  const metrics = new MetricsRegistry()
  const bridges: Bridge[] = []
  const turns = new Turns(systemClock)
  const homeserver = stack.use(
    await startHomeserver({
      config,
      registrations,
      database,
      logger,
      mounts: operatorMounts({ metrics, bridges }),
      ...(onStep !== undefined && { onStep }),
    }),
  )
  const puppets = doublePuppetRegistration(homeserver, serverName)
  await homeserver.appservices.register(puppets)
  stack.use(containFailures(bridges, logger))
  const queue = await queueMaker(loaded.config, logger)
  for (const connector of networkConnectors(loaded.config, logger)) {
    const parts = {
      options,
      database,
      homeserver,
      serverName,
      metrics,
      turns,
      queue,
      doublePuppetToken: puppets.as_token,
    }
    bridges.push(stack.use(await bridgeFor(connector, parts)))
  }
  // Side by side: a network that hangs keeps no other waiting.
  await Promise.all(bridges.map((bridge) => bridge.start()))
  const owned = stack.move()
  return { homeserver, bridges, serverName, urls: homeserver.urls, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface BridgeParts {
  readonly options: RunOptions
  readonly database: Database
  readonly homeserver: Homeserver
  readonly serverName: ServerName
  readonly metrics: MetricsRegistry
  readonly turns: Turns
  readonly queue: QueueMaker | undefined
  readonly doublePuppetToken: string
}

async function bridgeFor(connector: NetworkConnector, parts: BridgeParts): Promise<Bridge> {
  const { options, homeserver, serverName, database, metrics, turns, queue, doublePuppetToken } = parts
  const { config } = options.loaded
  const registration = bridgeRegistration(homeserver, connector.info, serverName)
  const baseUrl = config.public_base_url ?? homeserver.urls[0]
  const bridge = await createBridge({
    connector,
    db: database,
    serverName,
    homeserver: homeserver.dispatch,
    asToken: registration.as_token,
    hsToken: registration.hs_token,
    doublePuppetToken,
    settings: { ...config.bridge, admins: [...config.bridge.admins, `@admin:${serverName}`] },
    metrics,
    turns,
    ...(queue !== undefined && { queue }),
    logger: options.logger,
    version,
    mediaLink: (mxc, fileName) => mediaLink(baseUrl, mxc, fileName),
    ...(options.onStep !== undefined && { onStep: options.onStep }),
  })
  await homeserver.appservices.register(registration, { call: bridge.appservice.dispatch })
  return bridge
}

/** The unauthenticated media path: people on the network have no account here. */
function mediaLink(baseUrl: string | undefined, mxc: string, fileName: string | undefined): string | undefined {
  const [, server, id] = /^mxc:\/\/([^/]+)\/([^/]+)$/.exec(mxc) ?? []
  if (baseUrl === undefined || server === undefined || id === undefined) return undefined
  const name = fileName === undefined ? '' : `/${encodeURIComponent(fileName)}`
  return new URL(`/_matrix/media/v3/download/${server}/${id}${name}`, baseUrl).href
}

function readRegistrations(loaded: LoadedConfig) {
  const problems: { path: string; message: string }[] = []
  const registrations = loaded.config.registration_files.flatMap((path, index) => {
    try {
      return [parseRegistration(readFileSync(loaded.besideFile(path), 'utf8'), path)]
    } catch (error) {
      const message = error instanceof RegistrationError ? error.message : `cannot be read: ${loaded.besideFile(path)}`
      problems.push({ path: `registration_files.${index}`, message })
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
  return registrations
}
