import type { Database } from '@pons/database'
import type { ServerName, UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { Claims } from './delivery/claims.ts'
import type { Ghosts } from './ghost/ghosts.ts'
import type { Health } from './health.ts'
import type { Aliases } from './identity/aliases.ts'
import type { Logins } from './login/logins.ts'
import type { DoublePuppets } from './matrix-side/double-puppets.ts'
import type { BatchSends } from './matrix-side/batch-sends.ts'
import type { MatrixApi } from './matrix-side/matrix-api.ts'
import type { OwnReceipts } from './matrix-side/own-receipts.ts'
import type { BridgeMetrics } from './metrics.ts'
import type { NetworkConnector } from './network/connector.ts'
import type { Portals } from './portal/portals.ts'
import type { RoomMembers } from './portal/room-members.ts'
import type { Gate } from './queue/gate.ts'
import type { Turns } from './queue/turns.ts'
import type { BridgeSettings } from './settings.ts'
import type { InboxStore } from './store/inbox-store.ts'
import type { JournalStore } from './store/journal-store.ts'
import type { MessageStore } from './store/message-store.ts'
import type { OutboxStore } from './store/outbox-store.ts'
import type { ReactionStore } from './store/reaction-store.ts'
import type { UserStore } from './store/user-store.ts'

/** Everything the parts of one running bridge share. Built once, in `bridge.ts`. */
export interface BridgeContext {
  readonly connector: NetworkConnector
  readonly settings: BridgeSettings
  readonly serverName: ServerName
  readonly botUserId: UserId
  readonly db: Database
  readonly api: MatrixApi
  readonly batches: BatchSends
  readonly aliases: Aliases
  readonly ghosts: Ghosts
  readonly members: RoomMembers
  readonly puppets: DoublePuppets
  readonly ownReceipts: OwnReceipts
  readonly portals: Portals
  readonly logins: Logins
  readonly journal: JournalStore
  readonly inbox: InboxStore
  readonly outbox: OutboxStore
  readonly claims: Claims
  readonly messages: MessageStore
  readonly reactions: ReactionStore
  readonly users: UserStore
  /** What may be on its way into Matrix at once: a flood on one network leaves the others their turn. */
  readonly deliveries: Gate
  readonly turns: Turns
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BridgeMetrics
  readonly health: Health
  readonly version: string
  /** Marks a named moment; a fault suite may end the process there. */
  readonly step: (name: string) => void
  readonly signal: AbortSignal
}
