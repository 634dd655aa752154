import { DataError, migrate, openDatabase, readMigrations, type Database } from '@pons/database'
import {
  createEgress,
  createRouter,
  expressFallback,
  RateLimiter,
  startServer,
  type Dispatch,
  type EgressPolicy,
  type Mount,
  type RunningServer,
} from '@pons/http'
import { badJson, parseServerName, type MatrixError, type UserId } from '@pons/matrix'
import type { Registration } from '@pons/registration'
import { pino, type Logger } from 'pino'
import { authenticator } from './api/auth.ts'
import { GuessLimits } from './guess-limits.ts'
import type { Requester } from './api/requester.ts'
import { routes } from './api/routes.ts'
import { Appservices } from './appservices/appservices.ts'
import { AppserviceQueries } from './appservices/queries.ts'
import { systemClock, type Clock } from './clock.ts'
import type { Config } from './config.ts'
import { loadServerKey } from './crypto/server-key.ts'
import { Sessions } from './devices/sessions.ts'
import { Aliases } from './rooms/aliases.ts'
import { Memberships } from './rooms/membership.ts'
import { Redactions } from './rooms/redactions.ts'
import { RoomDirectory } from './rooms/room-directory.ts'
import { RoomReader } from './rooms/room-reader.ts'
import { RoomLimits } from './rooms/room-limits.ts'
import { Rooms } from './rooms/rooms.ts'
import { Timeline } from './rooms/timeline.ts'
import { TxnPruner } from './rooms/txn-pruner.ts'
import type { CoreServices } from './core-services.ts'
import type { Services } from './services.ts'
import { EventStore } from './storage/event-store.ts'
import { FilterStore } from './storage/filter-store.ts'
import { Interner } from './storage/interner.ts'
import { MembershipStore } from './storage/membership-store.ts'
import { RelationStore } from './storage/relation-store.ts'
import { RoomStore } from './storage/room-store.ts'
import { StateStore } from './storage/state-store.ts'
import { Filters } from './sync/filters.ts'
import { Notifier } from './sync/notifier.ts'
import { Sync } from './sync/sync.ts'
import { buildUserServices } from './user-services.ts'
import { Accounts } from './users/accounts.ts'

export interface HomeserverOptions {
  readonly config: Config
  /** Application services from files; others are registered while the server runs. */
  readonly registrations?: readonly Registration[]
  /** An open database to be used instead of the configured one; the caller closes it. */
  readonly database?: Database
  readonly logger?: Logger
  readonly clock?: Clock
  /** For what is done now and then. */
  readonly housekeepingClock?: Clock
  /** Express handlers for paths that the router does not know, such as an admin page. */
  readonly mounts?: readonly Mount[]
  /** The way out of the process, shared with whoever else calls other hosts. */
  readonly egress?: EgressPolicy
  /** Awaited before anybody can make a request: whoever is to be there from the first one on is made known here. */
  readonly beforeListening?: (appservices: Appservices) => Promise<void>
  /** Called at named moments of the write path, so that a test can end the process exactly there. */
  readonly onStep?: (step: string) => void
  /** Between 0 and 1; spreads retries. */
  readonly random?: () => number
}

export interface Homeserver extends AsyncDisposable {
  readonly services: Services
  readonly appservices: Appservices
  /** The whole HTTP interface without a socket. */
  readonly dispatch: Dispatch
  /** Where it listens, in the order of the configuration. */
  readonly urls: readonly string[]
}

/** Opens the database, brings its schema up to date, and serves. */
export async function startHomeserver(options: HomeserverOptions): Promise<Homeserver> {
  const logger = options.logger ?? pino({ name: 'homeserver', level: 'warn' })
  await using stack = new AsyncDisposableStack()
  const database = options.database ?? stack.use(await openDatabase(options.config.database))
  await migrate(database, {
    program: 'homeserver',
    migrations: readMigrations(new URL('./migrations/', import.meta.url)),
  })
  const core = await buildCore(options, database, logger)
  stack.use(core.appservices)
  const keepMs = options.config.keep_transaction_ids_hours * 3_600_000
  stack.use(new TxnPruner({ database, clock: options.housekeepingClock ?? systemClock, logger, keepMs }))
  const services: Services = Object.assign(core, stack.use(await buildUserServices(core)))
  await core.appservices.start(options.registrations ?? [])
  await options.beforeListening?.(core.appservices)
  const router = createRouter<Services, Requester>(routes, {
    authenticate: authenticator(services),
    ...limitOf(options.config),
    services,
    logger: logger.child({ component: 'http' }),
    asMatrixError: (error) => dataRefused(error, logger),
    trustedProxies: options.config.trusted_proxies,
    maxBodyBytes: options.config.max_request_bytes,
    sourceOf: (requester, { ip }) => requester?.appservice?.id ?? requester?.userId ?? ip ?? '',
  })
  const { listeners, trusted_proxies: trustedProxies } = options.config
  const fallback = expressFallback(options.mounts ?? [], logger)
  let server: RunningServer | undefined
  if (listeners.length > 0) server = stack.use(await startServer({ listeners, router, fallback, trustedProxies }))
  const owned = stack.move()
  return {
    services,
    appservices: core.appservices,
    dispatch: router.dispatch,
    urls: server?.urls ?? [],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What the database will never take, however often it is tried, is the request's fault. */
function dataRefused(error: unknown, logger: Logger): MatrixError | undefined {
  if (!(error instanceof DataError)) return undefined
  logger.warn({ err: error }, 'data that cannot be stored')
  return badJson('the request holds text or numbers that cannot be stored')
}

function storesOf(database: Database): CoreServices['stores'] {
  return {
    rooms: new RoomStore(database),
    events: new EventStore(database),
    states: new StateStore(database),
    memberships: new MembershipStore(database),
    interner: new Interner(database),
    relations: new RelationStore(database),
  }
}

async function buildCore(options: HomeserverOptions, database: Database, logger: Logger): Promise<CoreServices> {
  const { config } = options
  const clock = options.clock ?? systemClock
  const onStep = options.onStep ?? (() => {})
  const { egress = createEgress({ allowLoopback: config.appservice_http.allow_loopback }) } = options
  const serverName = parseServerName(config.server_name)
  const identity = await loadServerKey(database, clock.now(), config.signing_key_file)
  const stores = storesOf(database)
  const base = { config, serverName, database, logger, clock, identity, onStep, stores }
  const accounts = new Accounts(database, clock, config.password_hashing)
  const sessions = new Sessions(database, clock)
  const rooms = new Rooms(database, stores)
  const timeline = new Timeline({ database, rooms, stores, identity, serverName, clock, onStep })
  await timeline.start()
  const parts = { ...base, accounts, rooms, timeline }
  const appservices = new Appservices({
    ...parts,
    logger: logger.child({ component: 'appservices' }),
    ...(options.random && { random: options.random }),
    http: { ca: config.appservice_http.ca, egress: egress.forOperator },
  })
  const appserviceQueries = new AppserviceQueries(appservices, clock)
  const guesses = new GuessLimits(clock)
  const notifier = new Notifier()
  const reader = new RoomReader(parts)
  const isExempt = (userId: UserId): boolean => appservices.isOwnUser(userId)
  const limits = new RoomLimits({ ...parts, isExempt })
  const memberships = new Memberships({
    ...parts,
    limits,
    reader,
    ensureUser: userMaker({ accounts, appservices, guesses, queries: appserviceQueries }),
  })
  const aliases = new Aliases({ ...parts, claims: appservices, queries: appserviceQueries })
  const roomDirectory = new RoomDirectory({ ...parts, reader })
  const filters = new Filters(database, new FilterStore(database))
  const sync = new Sync({ ...parts, reader, notifier })
  return {
    ...base,
    accounts,
    sessions,
    guesses,
    rooms,
    timeline,
    reader,
    redactions: new Redactions(timeline, stores.events),
    limits,
    memberships,
    aliases,
    roomDirectory,
    notifier,
    sync,
    filters,
    appservices,
    appserviceQueries,
  }
}

/** Has a service make a user of its own who is about to be invited; people may ask for so many. */
function userMaker(parts: {
  accounts: Accounts
  appservices: Appservices
  guesses: GuessLimits
  queries: AppserviceQueries
}): (userId: UserId, inviter: UserId) => Promise<void> {
  const { accounts, appservices, guesses, queries } = parts
  return async (userId, inviter) => {
    if ((await accounts.find(userId)) || !appservices.list.some((appservice) => appservice.ownsUser(userId))) return
    if (!appservices.isOwnUser(inviter)) guesses.question(inviter)
    await queries.userExists(userId)
  }
}

function limitOf(config: Config): {
  limit?: (requester: Requester | undefined, request: { ip: string | undefined }) => void
} {
  const { rate_limit: rate } = config
  if (rate === null) return {}
  const limiter = new RateLimiter({ perSecond: rate.per_second, burst: rate.burst })
  return {
    limit(requester, { ip }) {
      if (requester?.appservice?.registration.rate_limited === false) return
      limiter.take(requester?.userId ?? ip ?? 'in process')
    },
  }
}
