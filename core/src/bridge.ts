import type { Database } from '@pons/database'
import type { Dispatch, EgressPolicy, Router } from '@pons/http'
import type { ServerName, UserId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { IsAdmin } from './admins.ts'
import type { Stall } from './delivery/stalls.ts'
import type { MetricsRegistry } from './metrics.ts'
import type { ClientStateReport } from './network/bridge-host.ts'
import type { NetworkConnector } from './network/connector.ts'
import type { QueueMaker } from './queue/queue.ts'
import type { Scheduler } from './queue/scheduler.ts'
import type { BridgeSettings } from './settings.ts'

export interface BridgeOptions {
  readonly connector: NetworkConnector
  /** May be shared with others: every table of the bridge begins with `bridge_`. */
  readonly db: Database
  readonly serverName: ServerName
  /** The homeserver: over HTTP, or in process. */
  readonly homeserver: Dispatch
  readonly asToken: string
  readonly hsToken: string
  /** Of bot and ghosts; for homeservers that keep the transaction ids of devices only. */
  readonly deviceId?: string
  /** as_token of a registration whose namespace covers local accounts. */
  readonly doublePuppetToken?: string
  readonly settings?: BridgeSettings
  /** Who administers the homeserver; they administer the bridge, too. */
  readonly isServerAdmin?: IsAdmin
  /** Shared by everything in the process that calls other hosts. */
  readonly egress?: EgressPolicy
  readonly metrics?: MetricsRegistry
  readonly logger: Logger
  readonly version: string
  readonly clock?: Clock
  /** For what is done now and then, apart from deliveries. */
  readonly housekeepingClock?: Clock
  /** Shared by the bridges of one process. */
  readonly scheduler?: Scheduler
  /** Lanes of this process unless given. */
  readonly queue?: QueueMaker
  readonly mediaLink?: (mxcUri: string, fileName?: string) => string | undefined
  /** Where people reach `appservice`, which hands out media then; for homeservers that ask for an account. */
  readonly mediaBaseUrl?: string
  readonly onStep?: (step: string) => void
}

/** Rows that wait, by queue, and those that were given up. */
export interface Backlog {
  readonly inbox: number
  readonly journal: number
  readonly parked: number
  readonly uncertain: number
  readonly stalled: number
}

/** One network on one homeserver. */
export interface Bridge extends AsyncDisposable {
  /** What the homeserver may call, in process (`dispatch`) or behind a listener. */
  readonly appservice: Router
  readonly botUserId: UserId
  /** Network id: `irc`. */
  readonly network: string
  /** As people call it: `IRC`. */
  readonly displayName: string
  /** Opens connections and takes up what was left undone. */
  start(): Promise<void>
  /** An exception of the adapter that nobody caught: it is stopped and started again after a pause. */
  fail(error: unknown): void
  connections(): readonly ClientStateReport[]
  /** Depth of the queues, for /health. */
  backlog(): Promise<Backlog>
  /** What has waited for a network's or the homeserver's answer for more than a minute. */
  stalls(): readonly Stall[]
  /**
   * Takes in what another homeserver has not pushed, as one does that was killed. @throws MatrixError when it refuses, the
   * transport's own error when it cannot be reached
   */
  catchUp(): Promise<void>
  /** Resolves when nothing is being worked on. */
  settled(): Promise<void>
}
