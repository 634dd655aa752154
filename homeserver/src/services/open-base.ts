import type { Database } from '@pons/database'
import { parseServerName, systemClock, type Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { loadServerKey } from '../crypto/server-key.ts'
import { EventStore } from '../storage/event-store.ts'
import { Interner } from '../storage/interner.ts'
import { MembershipStore } from '../storage/membership-store.ts'
import { RelationStore } from '../storage/relation-store.ts'
import { RoomStore } from '../storage/room-store.ts'
import { StateStore } from '../storage/state-store.ts'
import { Notifier } from '../sync/notifier.ts'

export interface BaseOptions {
  readonly config: Config
  readonly database: Database
  readonly logger: Logger
  readonly clock?: Clock | undefined
  readonly onStep?: ((step: string) => void) | undefined
}

export type BaseServices = Awaited<ReturnType<typeof openBase>>

/** What every other service stands on. */
export async function openBase({ config, database, logger, clock = systemClock, onStep = () => {} }: BaseOptions) {
  return {
    config,
    serverName: parseServerName(config.server_name),
    database,
    logger,
    clock,
    onStep,
    identity: await loadServerKey(database, clock.now(), config.signing_key_file),
    notifier: new Notifier(),
    stores: {
      rooms: new RoomStore(database),
      events: new EventStore(database),
      states: new StateStore(database),
      memberships: new MembershipStore(database),
      interner: new Interner(database),
      relations: new RelationStore(database),
    },
  }
}
