import type { Database } from '@pons/database'
import { createEgress } from '@pons/http'
import { userIdOf, type UserId, systemClock } from '@pons/matrix'
import { adminsOf } from './admins.ts'
import type { BridgeContext } from './bridge-context.ts'
import { buildRooms, type BeneathRooms } from './build-rooms.ts'
import { commandNames } from './commands/all-commands.ts'
import { Stalls } from './delivery/stalls.ts'
import { Disappearances } from './disappearing/disappearances.ts'
import { Ghosts } from './ghost/ghosts.ts'
import { Health } from './health.ts'
import { Aliases } from './identity/aliases.ts'
import { Logins } from './login/logins.ts'
import { Relays } from './login/relays.ts'
import { BatchSends } from './matrix-side/batch-sends.ts'
import { DoublePuppets } from './matrix-side/double-puppets.ts'
import { MatrixApi } from './matrix-side/matrix-api.ts'
import { MatrixClient } from './matrix-side/matrix-client.ts'
import { OwnReceipts } from './matrix-side/own-receipts.ts'
import { isPersonOfMatrix } from './matrix-side/own-users.ts'
import { leaveIdleRoom } from './matrix-side/rooms-of.ts'
import { roomTeller } from './matrix-side/tell-room.ts'
import { TypedHints } from './matrix-side/typed-hints.ts'
import { MetricsRegistry } from './metrics.ts'
import { Outbox } from './outbox/outbox.ts'
import { Portals } from './portal/portals.ts'
import { NamesInRoom } from './portal/names-in-room.ts'
import { RoomMembers } from './portal/room-members.ts'
import { SenderNames } from './portal/to-network/sender-name.ts'
import { NetworkSchedule } from './queue/network-schedule.ts'
import { Scheduler } from './queue/scheduler.ts'
import { defaultBridgeSettings } from './settings.ts'
import { InboxStore } from './storage/inbox-store.ts'
import { JournalStore } from './storage/journal-store.ts'
import { MessageStore } from './storage/message-store.ts'
import { ReactionStore } from './storage/reaction-store.ts'
import { UserStore } from './storage/user-store.ts'
import { ValueStore } from './storage/value-store.ts'
import type { BridgeOptions } from './bridge.ts'

/** Everything that the parts of a bridge share. */
export function buildContext(options: BridgeOptions, signal: AbortSignal): BridgeContext {
  const beneath = buildBeneath(options, signal)
  return { ...beneath, ...buildRooms(beneath) }
}

function buildBeneath(options: BridgeOptions, signal: AbortSignal): BeneathRooms {
  const given = givenBy(options, signal)
  const { connector, db, serverName, clock, logger, settings } = given
  const network = connector.info.id
  const stores = storesOf(db, network)
  const { botUserId, ...homeserver } = homeserverOf(options, given)
  const { api } = homeserver
  const aliases = new Aliases(db, network)
  const ghosts = new Ghosts({ db, api, connector, serverName, aliases })
  const ownUsers = { botUserId, isGhost: (userId: UserId) => ghosts.isGhost(userId) }
  const portals = new Portals(db, network, aliases)
  const members = new RoomMembers(api)
  const outbox = new Outbox({ db, network, clock })
  const hints = new TypedHints({ commandNames, connector, users: stores.users, portals })
  const tellRoom = roomTeller({ api, users: stores.users, hints, logger })
  const leaving = { settings, connector, members, users: stores.users, api, botUserId, tellRoom, clock, logger }
  return {
    ...given,
    ...stores,
    ...homeserver,
    botUserId,
    ownUsers,
    aliases,
    ghosts,
    portals,
    members,
    senderNames: new SenderNames(api),
    namesInRoom: new NamesInRoom(api, (userId) => isPersonOfMatrix(ownUsers, userId)),
    hints,
    tellRoom,
    leaveIdle: (roomId) => leaveIdleRoom(leaving, roomId),
    logins: new Logins({ db, connector, logger, clock }),
    relays: new Relays(connector),
    outbox,
    sentFromHere: (portalNid, effect) => outbox.settled(portalNid, signal, effect),
    stalls: new Stalls({ clock }),
    disappearances: new Disappearances({ db, network, clock, logger }),
    health: new Health(),
  }
}

type Given = Pick<
  BridgeContext,
  | 'connector'
  | 'settings'
  | 'isAdmin'
  | 'serverName'
  | 'db'
  | 'schedule'
  | 'oneByOne'
  | 'clock'
  | 'logger'
  | 'metrics'
  | 'egress'
  | 'version'
  | 'step'
  | 'signal'
>

/** What a bridge is made with, and what stands in for what was left out. */
function givenBy(options: BridgeOptions, signal: AbortSignal): Given {
  const { connector, db, serverName, version, settings = defaultBridgeSettings, clock = systemClock } = options
  const network = connector.info.id
  const schedule = new NetworkSchedule(options.scheduler ?? new Scheduler(clock), network)
  return {
    connector,
    settings,
    isAdmin: adminsOf(settings, options.isServerAdmin),
    serverName,
    db,
    schedule,
    oneByOne: schedule.oneByOne,
    clock,
    logger: options.logger.child({ component: 'bridge', network }),
    metrics: (options.metrics ?? new MetricsRegistry()).forNetwork(network),
    egress: options.egress ?? createEgress(),
    version,
    step: options.onStep ?? (() => undefined),
    signal,
  }
}

type Stores = Pick<BridgeContext, 'journal' | 'inbox' | 'messages' | 'reactions' | 'users' | 'values'>

function storesOf(db: Database, network: string): Stores {
  const values = new ValueStore(db, network)
  return {
    journal: new JournalStore(db, network),
    inbox: new InboxStore(db, network),
    messages: new MessageStore(db, network),
    reactions: new ReactionStore(db),
    users: new UserStore(db, network, values),
    values,
  }
}

type Homeserver = Pick<BridgeContext, 'botUserId' | 'api' | 'batches' | 'puppets' | 'ownReceipts'>

function homeserverOf(options: BridgeOptions, { connector, serverName, clock, logger, signal }: Given): Homeserver {
  const { homeserver: dispatch, asToken, deviceId, doublePuppetToken: token } = options
  const botUserId = userIdOf(connector.info.botLocalpart, serverName)
  const device = deviceId === undefined ? {} : { device: { id: deviceId, botUserId } }
  const client = new MatrixClient({ dispatch, asToken, clock, logger, signal, ...device })
  const api = new MatrixApi(client)
  return {
    botUserId,
    api,
    batches: new BatchSends(client, api),
    puppets: new DoublePuppets({ api, serverName, ...(token !== undefined && { token }) }),
    ownReceipts: new OwnReceipts(),
  }
}
