import { mkdirSync, readFileSync } from 'node:fs'
import {
  createBridge,
  httpDispatch,
  systemClock,
  withCatchUp,
  withLegacyPaths,
  type Bridge,
  type NetworkConnector,
} from '@pons/core'
import { openDatabase } from '@pons/database'
import { createRouter, mountRouters, startServer, type Dispatch, type Listener, type Router } from '@pons/http'
import type { Registration } from '@pons/registration'
import type { Logger } from 'pino'
import { databaseLocation } from './database-location.ts'
import { ConfigError, type ConfigProblem } from './config/config-error.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { containFailures } from './contain-failures.ts'
import { requireKnown, untilReachable } from './known-to-homeserver.ts'
import { startMonitoring } from './monitoring-listener.ts'
import { networkConnectors } from './networks.ts'
import { keepPrivate } from './private-files.ts'
import { freshRegistration } from './registration.ts'
import {
  isCurrent,
  otherHomeserver,
  pushUrlOf,
  readRegistration,
  registrationFile,
  type OtherHomeserver,
} from './registration-files.ts'
import { doublePuppets } from './registration-of.ts'
import { sharedParts, type RunOptions, type SharedParts } from './shared-parts.ts'

/** Bridges as application services of a homeserver elsewhere. */
export interface RunningBridges extends AsyncDisposable {
  readonly bridges: readonly Bridge[]
  readonly homeserver: OtherHomeserver
  /** Where the homeserver pushes to. */
  readonly url: string
  /** Where the monitoring pages are served, if they are. */
  readonly monitoringUrl?: string
}

/** Of the bots and ghosts; other homeservers keep the transaction ids of what a device has sent. */
const deviceId = 'PONS'

/**
 * Runs every network that has a registration. Waits until the homeserver answers.
 * @throws ConfigError where a registration is not what the settings say, or not known there
 */
export async function runBridges(options: RunOptions & { readonly signal?: AbortSignal }): Promise<RunningBridges> {
  const { loaded, logger, signal = new AbortController().signal } = options
  const homeserver = otherHomeserver(loaded)
  const connectors = networkConnectors(loaded.config, logger)
  const names = [...connectors.map(({ info }) => info.id), doublePuppets]
  const registrations = currentRegistrations(loaded, names)
  mkdirSync(loaded.inData('.'), { recursive: true, mode: 0o700 })
  await keepPrivate(loaded, logger)
  await using stack = new AsyncDisposableStack()
  const listener = readListener(loaded, homeserver)
  const ca = loaded.config.trusted_ca_file
  const dispatch = stack.use(
    await httpDispatch(homeserver.address, {
      ...(ca !== undefined && { ca: readFileSync(loaded.besideFile(ca), 'utf8') }),
    }),
  )
  const shared = await sharedParts(options, stack.use(await openDatabase(databaseLocation(loaded))))
  await untilReachable(dispatch, logger, signal)
  const known = [...registrations].map(([name, { as_token: asToken }]) => ({ name, asToken }))
  await requireKnown(dispatch, loaded, homeserver, known)
  const bridges: Bridge[] = []
  const routers = new Map<string, Router>()
  stack.use(containFailures(bridges, logger))
  for (const connector of connectors) {
    const registration = registrations.get(connector.info.id)
    if (registration === undefined) continue
    const doublePuppetToken = registrations.get(doublePuppets)?.as_token
    const parts = { loaded, shared, homeserver, dispatch, registration, doublePuppetToken }
    const { bridge, router } = await bridgeFor(connector, parts)
    bridges.push(stack.use(bridge))
    routers.set(connector.info.id, router)
  }
  const nothing = createRouter([], { services: undefined, authenticate: async () => undefined, logger })
  const server = stack.use(await startServer({ listeners: [listener], router: mountRouters(routers, nothing) }))
  await Promise.all(bridges.map((bridge) => bridge.start()))
  await Promise.all(bridges.map((bridge) => caughtUp(bridge, logger)))
  const at = loaded.config.monitoring.listener
  const monitoring = at && stack.use(await startMonitoring(at, { metrics: shared.metrics, bridges }))
  const owned = stack.move()
  return {
    bridges,
    homeserver,
    url: server.urls[0] ?? '',
    ...(monitoring !== undefined && { monitoringUrl: monitoring.url }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface BridgeParts {
  readonly loaded: LoadedConfig
  readonly shared: SharedParts
  readonly homeserver: ReturnType<typeof otherHomeserver>
  readonly dispatch: Dispatch
  readonly registration: Registration
  readonly doublePuppetToken: string | undefined
}

async function bridgeFor(
  connector: NetworkConnector,
  { loaded, shared, homeserver, dispatch, registration, doublePuppetToken }: BridgeParts,
): Promise<{ bridge: Bridge; router: Router }> {
  const { as_token: asToken, hs_token: hsToken } = registration
  const { logger } = shared
  const bridge = await createBridge({
    ...shared,
    connector,
    serverName: homeserver.serverName,
    homeserver: dispatch,
    asToken,
    hsToken,
    deviceId,
    mediaBaseUrl: mediaUrlOf(loaded, homeserver, connector.info.id),
    ...(doublePuppetToken !== undefined && { doublePuppetToken }),
  })
  const router = await withLegacyPaths({ router: bridge.appservice, hsToken, logger })
  const catchUp = (): Promise<void> => bridge.catchUp()
  return { bridge, router: withCatchUp({ router, homeserver: dispatch, clock: systemClock, logger, catchUp }) }
}

/** What the homeserver has forgotten to push while nobody was here to notice. */
async function caughtUp(bridge: Bridge, logger: Logger): Promise<void> {
  await bridge.catchUp().catch((error: unknown) => {
    logger.info({ err: error, network: bridge.network }, 'the homeserver does not say whether something was missed')
  })
}

/** Those that are there. @throws ConfigError where there is none, or one that the settings have left behind */
function currentRegistrations(loaded: LoadedConfig, names: readonly string[]): ReadonlyMap<string, Registration> {
  const found = new Map<string, Registration>()
  const problems: ConfigProblem[] = []
  for (const name of names) {
    const known = readRegistration(loaded, name)
    const fresh = freshRegistration(loaded, name)
    if (known === undefined || fresh === undefined) continue
    found.set(name, known)
    if (isCurrent(known, fresh)) continue
    const message = `is not what ${registrationFile(loaded, name)} says: say \`pons registration ${name}\`, and give that to the homeserver`
    problems.push({ path: 'homeserver', message })
  }
  if ([...found.keys()].every((name) => name === doublePuppets)) {
    const message = `has no registration of any network yet: say \`pons registration NETWORK\`, for ${names.join(', ')}`
    problems.push({ path: 'homeserver', message })
  }
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
  return found
}

/** Where people on a network reach the routes of its bridge. */
function mediaUrlOf({ config }: LoadedConfig, homeserver: OtherHomeserver, network: string): string {
  const { public_base_url: base } = config
  return base === undefined ? pushUrlOf(homeserver, network) : `${base.replace(/\/+$/, '')}/${network}`
}

function readListener({ besideFile }: LoadedConfig, { listener }: OtherHomeserver): Listener {
  const { host, port, tls } = listener
  if (tls === undefined) return { host, port }
  const read = (path: string): string => readFileSync(besideFile(path), 'utf8')
  return { host, port, tls: { key: read(tls.key_file), cert: read(tls.cert_file) } }
}
