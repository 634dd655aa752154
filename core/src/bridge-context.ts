import type { Database } from '@pons/database'
import type { EgressPolicy } from '@pons/http'
import type { ServerName, UserId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { IsAdmin } from './admins.ts'
import type { Stalls } from './delivery/stalls.ts'
import type { Disappearances } from './disappearing/disappearances.ts'
import type { Ghosts } from './ghost/ghosts.ts'
import type { Health } from './health.ts'
import type { Aliases } from './identity/aliases.ts'
import type { Logins } from './login/logins.ts'
import type { Relays } from './login/relays.ts'
import type { DoublePuppets } from './matrix-side/double-puppets.ts'
import type { BatchSends } from './matrix-side/batch-sends.ts'
import type { MatrixApi } from './matrix-side/matrix-api.ts'
import type { OwnReceipts } from './matrix-side/own-receipts.ts'
import type { OwnUsers } from './matrix-side/own-users.ts'
import type { LeaveIdle } from './matrix-side/rooms-of.ts'
import type { TellRoom } from './matrix-side/tell-room.ts'
import type { TypedHints } from './matrix-side/typed-hints.ts'
import type { BridgeMetrics } from './metrics.ts'
import type { NetworkConnector } from './network/connector.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { NamesInRoom } from './portal/names-in-room.ts'
import type { Portals } from './portal/portals.ts'
import type { RoomMembers } from './portal/room-members.ts'
import type { Rooms } from './portal/rooms.ts'
import type { SenderNames } from './portal/to-network/sender-name.ts'
import type { NetworkSchedule } from './queue/network-schedule.ts'
import type { OneByOne } from './queue/one-by-one.ts'
import type { BridgeSettings } from './settings.ts'
import type { InboxStore } from './storage/inbox-store.ts'
import type { JournalStore } from './storage/journal-store.ts'
import type { MessageStore } from './storage/message-store.ts'
import type { ReactionStore } from './storage/reaction-store.ts'
import type { UserStore } from './storage/user-store.ts'
import type { ValueStore } from './storage/value-store.ts'

/**
 * Everything that is built once for a running bridge. For those who put it together (`build-context.ts`, `running-bridge.ts`):
 * any other function says which parts it takes.
 */
export interface BridgeContext extends Rooms {
  readonly connector: NetworkConnector
  readonly settings: BridgeSettings
  readonly isAdmin: IsAdmin
  readonly serverName: ServerName
  readonly botUserId: UserId
  readonly ownUsers: OwnUsers
  readonly db: Database
  readonly api: MatrixApi
  readonly batches: BatchSends
  readonly hints: TypedHints
  readonly tellRoom: TellRoom
  readonly leaveIdle: LeaveIdle
  readonly aliases: Aliases
  readonly ghosts: Ghosts
  readonly members: RoomMembers
  readonly namesInRoom: NamesInRoom
  readonly senderNames: SenderNames
  readonly puppets: DoublePuppets
  readonly ownReceipts: OwnReceipts
  readonly portals: Portals
  readonly logins: Logins
  readonly relays: Relays
  readonly journal: JournalStore
  readonly inbox: InboxStore
  readonly outbox: Outbox
  /** Resolves when what is under way to the network by now, or what of it has that effect, is recorded. */
  readonly sentFromHere: (portalNid: number, effect?: string) => Promise<void>
  readonly stalls: Stalls
  readonly messages: MessageStore
  readonly reactions: ReactionStore
  readonly users: UserStore
  /** The adapter's, and under names that begin with `pons/` small things of the framework's. */
  readonly values: ValueStore
  readonly disappearances: Disappearances
  /** What may be under way at once: a flood on one network leaves the others their turn. */
  readonly schedule: NetworkSchedule
  readonly oneByOne: OneByOne
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BridgeMetrics
  readonly health: Health
  /** The way out of the process to hosts that are none of ours. */
  readonly egress: EgressPolicy
  readonly version: string
  /** Marks a named moment; a fault suite may end the process there. */
  readonly step: (name: string) => void
  readonly signal: AbortSignal
}
