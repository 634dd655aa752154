import { createEgress } from '@pons/http'
import { userIdOf } from '@pons/matrix'
import { adminsOf } from './admins.ts'
import type { BridgeContext } from './bridge-context.ts'
import { systemClock } from './clock.ts'
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
import { MetricsRegistry } from './metrics.ts'
import { Outbox } from './outbox/outbox.ts'
import { Portals } from './portal/portals.ts'
import { NamesInRoom } from './portal/names-in-room.ts'
import { RoomMembers } from './portal/room-members.ts'
import { SenderNames } from './portal/to-remote/sender-name.ts'
import { NetworkSchedule } from './queue/network-schedule.ts'
import { Scheduler } from './queue/scheduler.ts'
import { defaultBridgeSettings } from './settings.ts'
import { InboxStore } from './store/inbox-store.ts'
import { JournalStore } from './store/journal-store.ts'
import { MessageStore } from './store/message-store.ts'
import { ReactionStore } from './store/reaction-store.ts'
import { UserStore } from './store/user-store.ts'
import { ValueStore } from './store/value-store.ts'
import type { BridgeOptions } from './bridge.ts'

/** Everything that the parts of a bridge share. */
export function buildContext(options: BridgeOptions, signal: AbortSignal): BridgeContext {
  const { connector, db, serverName } = options
  const network = connector.info.id
  const clock = options.clock ?? systemClock
  const logger = options.logger.child({ component: 'bridge', network })
  const { homeserver: dispatch, asToken, deviceId } = options
  const botUserId = userIdOf(connector.info.botLocalpart, serverName)
  const device = deviceId === undefined ? {} : { device: { id: deviceId, botUserId } }
  const client = new MatrixClient({ dispatch, asToken, clock, logger, signal, ...device })
  const api = new MatrixApi(client)
  const aliases = new Aliases(db, network)
  const values = new ValueStore(db, network)
  const { doublePuppetToken: token, settings = defaultBridgeSettings } = options
  const metrics = (options.metrics ?? new MetricsRegistry()).forNetwork(network)
  const schedule = new NetworkSchedule(options.scheduler ?? new Scheduler(clock), network)
  const ghosts = new Ghosts({ db, api, connector, serverName, aliases })
  return {
    commandNames,
    connector,
    settings,
    isAdmin: adminsOf(settings, options.isServerAdmin),
    serverName,
    botUserId,
    db,
    api,
    batches: new BatchSends(client, api),
    aliases,
    ghosts,
    members: new RoomMembers(api),
    namesInRoom: new NamesInRoom(api, (userId) => userId !== botUserId && !ghosts.isGhost(userId)),
    senderNames: new SenderNames(api),
    puppets: new DoublePuppets({ api, serverName, ...(token !== undefined && { token }) }),
    ownReceipts: new OwnReceipts(),
    portals: new Portals(db, network, aliases),
    logins: new Logins({ db, connector, logger, clock }),
    relays: new Relays(connector),
    journal: new JournalStore(db, network),
    inbox: new InboxStore(db, network),
    outbox: new Outbox({ db, network, clock }),
    stalls: new Stalls({ clock }),
    messages: new MessageStore(db, network),
    reactions: new ReactionStore(db),
    users: new UserStore(db, network, values),
    values,
    disappearances: new Disappearances({ db, network, clock, logger }),
    oneByOne: schedule.oneByOne,
    schedule,
    clock,
    logger,
    metrics,
    health: new Health(),
    egress: options.egress ?? createEgress(),
    version: options.version,
    step: options.onStep ?? (() => undefined),
    signal,
  }
}
