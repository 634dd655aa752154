import type { Database } from '@pons/database'
import type { ServerName } from '@pons/matrix'
import type { Logger } from 'pino'
import type { GuessLimits } from './guess-limits.ts'
import type { AppserviceQueries } from './appservices/queries.ts'
import type { Appservices } from './appservices/appservices.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { ServerIdentity } from './crypto/server-key.ts'
import type { Sessions } from './devices/sessions.ts'
import type { Aliases } from './rooms/aliases.ts'
import type { Memberships } from './rooms/membership.ts'
import type { RoomLimits } from './rooms/room-limits.ts'
import type { Redactions } from './rooms/redactions.ts'
import type { RoomDirectory } from './rooms/room-directory.ts'
import type { RoomReader } from './rooms/room-reader.ts'
import type { Rooms, RoomStores } from './rooms/rooms.ts'
import type { Timeline } from './rooms/timeline.ts'
import type { RelationStore } from './storage/relation-store.ts'
import type { Filters } from './sync/filters.ts'
import type { Notifier } from './sync/notifier.ts'
import type { Sync } from './sync/sync.ts'
import type { Accounts } from './users/accounts.ts'

/** What rooms, sync and application services consist of; `server.ts` builds it. */
export interface CoreServices {
  readonly config: Config
  readonly serverName: ServerName
  readonly database: Database
  readonly logger: Logger
  readonly clock: Clock
  readonly identity: ServerIdentity
  readonly onStep: (step: string) => void
  readonly stores: RoomStores & { readonly relations: RelationStore }
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly guesses: GuessLimits
  readonly rooms: Rooms
  readonly timeline: Timeline
  readonly reader: RoomReader
  readonly redactions: Redactions
  readonly limits: RoomLimits
  readonly memberships: Memberships
  readonly aliases: Aliases
  readonly roomDirectory: RoomDirectory
  readonly notifier: Notifier
  readonly sync: Sync
  readonly filters: Filters
  readonly appservices: Appservices
  readonly appserviceQueries: AppserviceQueries
}
