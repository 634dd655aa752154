import { migrate, openDatabase, readMigrations, type Database } from '@pons/database'
import {
  createEgress,
  createRouter,
  expressFallback,
  startServer,
  type Dispatch,
  type EgressPolicy,
  type Mount,
  type RunningServer,
} from '@pons/http'
import type { Registration } from '@pons/registration'
import { pino, type Logger } from 'pino'
import { authenticator } from './api/auth/authenticator.ts'
import { dataRefused } from './api/data-refused.ts'
import { rateLimit } from './api/rate-limit.ts'
import type { Requester } from './api/requester.ts'
import { routes } from './api/routes.ts'
import type { Appservices } from './appservices/appservices.ts'
import { systemClock, type Clock } from '@pons/matrix'
import type { Config } from './config.ts'
import { TxnPruner } from './rooms/txn-pruner.ts'
import { openServices, type Services } from './services/open-services.ts'

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
  const { config, logger = pino({ name: 'homeserver', level: 'warn' }) } = options
  await using stack = new AsyncDisposableStack()
  const database = options.database ?? stack.use(await openDatabase(config.database))
  await migrate(database, {
    program: 'homeserver',
    migrations: readMigrations(new URL('./migrations/', import.meta.url)),
  })
  const { egress = createEgress({ allowLoopback: config.appservice_http.allow_loopback }) } = options
  const services = await openServices({ ...options, database, logger, egress })
  const { appservices } = services
  stack.use(services.appserviceQueues)
  const keepMs = config.keep_transaction_ids_hours * 3_600_000
  stack.use(new TxnPruner({ database, clock: options.housekeepingClock ?? systemClock, logger, keepMs }))
  stack.use(services.typing)
  stack.use(services.presence)
  await appservices.start(options.registrations ?? [])
  await options.beforeListening?.(appservices)
  const router = createRouter<Services, Requester>(routes, {
    authenticate: authenticator(services),
    ...rateLimit(config),
    services,
    logger: logger.child({ component: 'http' }),
    asMatrixError: (error) => dataRefused(error, logger),
    trustedProxies: config.trusted_proxies,
    maxBodyBytes: config.max_request_bytes,
    sourceOf: (requester, { ip }) => requester?.appservice?.id ?? requester?.userId ?? ip ?? '',
  })
  const { listeners, trusted_proxies: trustedProxies } = config
  const fallback = expressFallback(options.mounts ?? [], logger)
  let server: RunningServer | undefined
  if (listeners.length > 0) server = stack.use(await startServer({ listeners, router, fallback, trustedProxies }))
  const owned = stack.move()
  return {
    services,
    appservices,
    dispatch: router.dispatch,
    urls: server?.urls ?? [],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
