import type { EgressPolicy } from '@pons/http'
import type { Logger } from 'pino'
import type { IsAdmin } from '../admins.ts'
import type { Clock } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { BridgeHost } from '../network/bridge-host.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { ValueStore } from '../storage/value-store.ts'
import { showEphemeral, type EphemeralParts } from '../portal/from-network/ephemeral.ts'
import { cleanText } from '../text/clean-text.ts'
import { chatsForHost, type ChatsParts } from './chats-for-host.ts'
import { connectionNews, type ConnectionParts } from './connection-news.ts'
import { eventIntake, type EventIntakeParts } from './event-intake.ts'
import { ingest, type IngestParts } from './ingest.ts'
import { download, upload } from './media-for-host.ts'
import { tellUser, type TellUserParts } from './tell-user.ts'

export interface HostEffects {
  /** A portal has new rows in its journal. */
  readonly wake: (portalNid: number) => void
  readonly mediaLink: (mxcUri: string, fileName?: string) => string | undefined
}

/** For each of the abilities what it takes, and what is handed on as it is. */
export type HostParts = EventIntakeParts &
  IngestParts &
  EphemeralParts &
  ConnectionParts &
  ChatsParts &
  TellUserParts &
  HandedOn

interface HandedOn {
  readonly connector: NetworkConnector
  readonly api: MatrixApi
  readonly ghosts: Ghosts
  readonly values: ValueStore
  readonly isAdmin: IsAdmin
  readonly egress: EgressPolicy
  readonly clock: Clock
  readonly step: (name: string) => void
  readonly logger: Logger
}

/** What the framework offers the adapter of a running bridge. */
export function createHost(parts: HostParts, effects: HostEffects): BridgeHost {
  const { connector, api, ghosts, values, isAdmin, egress, clock, step, logger } = parts
  return {
    logger: logger.child({ component: connector.info.id }),
    store: values,
    ...eventIntake(parts, {
      ingest: (events, alongside) => ingest(parts, events, alongside),
      showEphemeral: (event) => showEphemeral(parts, event),
      wake: effects.wake,
    }),
    clientState: connectionNews(parts),
    notifyUser: (userId, text) => tellUser(parts, userId, cleanText(text)),
    ...chatsForHost(parts),
    download: (uri, maxBytes) => download(api, uri, maxBytes),
    upload: (medium, fileName) => upload(api, medium, fileName),
    mediaLink: effects.mediaLink,
    ghostUserId: (user) => ghosts.userIdOf(user),
    remoteUserOf: (userId) => ghosts.remoteUserOf(userId),
    isAdmin,
    egress,
    now: () => clock.now(),
    step,
  }
}
