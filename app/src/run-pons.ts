import { mkdirSync, readFileSync } from 'node:fs'
import { adminsOf, createBridge, type Bridge, type NetworkConnector } from '@pons/core'
import { openDatabase } from '@pons/database'
import { startHomeserver, type Homeserver } from '@pons/homeserver'
import { parseServerName, type ServerName } from '@pons/matrix'
import { parseRegistration, RegistrationError } from '@pons/registration'
import { isOperatorsToken, serverAdmins } from './administrators.ts'
import { ConfigError } from './config/config-error.ts'
import { containFailures } from './contain-failures.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { databaseLocation } from './database-location.ts'
import { homeserverSettings } from './homeserver-settings.ts'
import { bridgeRegistration, doublePuppetRegistration } from './local-registrations.ts'
import { startMonitoring } from './monitoring-listener.ts'
import { networkConnectors } from './networks.ts'
import { keepPrivate } from './private-files.ts'
import { landingMount } from './landing-page.ts'
import { operatorMounts } from './operator-pages.ts'
import { registrationOf } from './registration-of.ts'
import { sharedParts, type RunOptions, type SharedParts } from './shared-parts.ts'

/** Homeserver and bridges in one process, over one database. */
export interface RunningPons extends AsyncDisposable {
  readonly homeserver: Homeserver
  readonly bridges: readonly Bridge[]
  readonly serverName: ServerName
  readonly urls: readonly string[]
  /** Where the monitoring pages are served in full, if they are. */
  readonly monitoringUrl?: string
}

export async function runPons(options: RunOptions): Promise<RunningPons> {
  const { loaded, logger, onStep } = options
  const config = homeserverSettings(loaded)
  const serverName = parseServerName(config.server_name)
  const registrations = readRegistrations(loaded)
  mkdirSync(loaded.inData('.'), { recursive: true, mode: 0o700 })
  await keepPrivate(loaded, logger)
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openDatabase(databaseLocation(loaded)))
  const bridges: Bridge[] = []
  const shared = await sharedParts(options, database)
  const { metrics, egress } = shared
  const isOperator = async (authorization: string | undefined): Promise<boolean> =>
    await isOperatorsToken(homeserver, adminsOf(loaded.config.bridge, serverAdmins(homeserver)), authorization)
  const connectors = networkConnectors(loaded.config, logger)
  const homeserver = stack.use(
    await startHomeserver({
      config,
      registrations,
      database,
      logger,
      mounts: [...operatorMounts({ metrics, bridges, isOperator }), landingMount(bridges, config)],
      egress,
      beforeListening: (appservices) => expectBridges(appservices, connectors, serverName),
      ...(onStep !== undefined && { onStep }),
    }),
  )
  const puppets = doublePuppetRegistration(homeserver, serverName)
  await homeserver.appservices.register(puppets)
  stack.use(containFailures(bridges, logger))
  const parts = { loaded, shared, homeserver, serverName, doublePuppetToken: puppets.as_token }
  for (const connector of connectors) bridges.push(stack.use(await bridgeFor(connector, parts)))
  // Side by side: a network that hangs keeps no other waiting.
  await Promise.all(bridges.map((bridge) => bridge.start()))
  const { listener } = loaded.config.monitoring
  const monitoring = listener && stack.use(await startMonitoring(listener, { metrics, bridges }))
  const owned = stack.move()
  return {
    homeserver,
    bridges,
    serverName,
    urls: homeserver.urls,
    ...(monitoring !== undefined && { monitoringUrl: monitoring.url }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** At the first start of all: whoever invites a bot before its bridge is up is heard, and nobody takes its names. */
async function expectBridges(
  appservices: Homeserver['appservices'],
  connectors: readonly NetworkConnector[],
  serverName: ServerName,
): Promise<void> {
  for (const { info } of connectors) {
    const registration = registrationOf(info, serverName)
    if (appservices.byId(registration.id) === undefined) await appservices.expect(registration)
  }
}

interface BridgeParts {
  readonly loaded: LoadedConfig
  readonly shared: SharedParts
  readonly homeserver: Homeserver
  readonly serverName: ServerName
  readonly doublePuppetToken: string
}

async function bridgeFor(connector: NetworkConnector, parts: BridgeParts): Promise<Bridge> {
  const { loaded, shared, homeserver, serverName, doublePuppetToken } = parts
  const registration = bridgeRegistration(homeserver, connector.info, serverName)
  const baseUrl = loaded.config.public_base_url ?? homeserver.urls[0]
  const bridge = await createBridge({
    ...shared,
    connector,
    serverName,
    homeserver: homeserver.dispatch,
    asToken: registration.as_token,
    hsToken: registration.hs_token,
    doublePuppetToken,
    isServerAdmin: serverAdmins(homeserver),
    mediaLink: (mxc, fileName) => mediaLink(baseUrl, mxc, fileName),
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
