import { migrate, readMigrations, type Database } from '@pons/database'
import type { Dispatch, Router } from '@pons/http'
import { localpartOf, userIdOf, type RoomAlias, type RoomId, type ServerName, type UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import { appserviceRouter } from './appservice-api/router.ts'
import type { BridgeContext } from './bridge-context.ts'
import { systemClock, type Clock } from './clock.ts'
import { CommandProcessor } from './commands/processor.ts'
import { Claims } from './delivery/claims.ts'
import { handleMatrixEvent, prepareMatrixEvents } from './delivery/matrix-event.ts'
import { runMatrixLane, type RoomWork } from './delivery/matrix-lane.ts'
import { runRemoteLane } from './delivery/remote-lane.ts'
import { forwardEphemeral } from './delivery/ephemeral.ts'
import { Ghosts } from './ghost/ghosts.ts'
import { Health } from './health.ts'
import { createHost } from './host.ts'
import { Aliases } from './identity/aliases.ts'
import { Logins } from './login/logins.ts'
import { BatchSends } from './matrix-side/batch-sends.ts'
import { DoublePuppets } from './matrix-side/double-puppets.ts'
import { MatrixApi } from './matrix-side/matrix-api.ts'
import { MatrixClient } from './matrix-side/matrix-client.ts'
import { takeIn, type IntakeEffects } from './matrix-side/transaction-intake.ts'
import { OwnReceipts } from './matrix-side/own-receipts.ts'
import { MetricsRegistry } from './metrics.ts'
import type { ClientStateReport } from './network/bridge-host.ts'
import type { NetworkConnector } from './network/connector.ts'
import { ensureRoom } from './portal/create-room.ts'
import { Portals } from './portal/portals.ts'
import { RoomMembers } from './portal/room-members.ts'
import { SenderNames } from './portal/to-remote/sender-name.ts'
import { Gate } from './queue/gate.ts'
import { Lanes } from './queue/lanes.ts'
import type { Queue, QueueMaker } from './queue/queue.ts'
import { Turns } from './queue/turns.ts'
import { defaultBridgeSettings, type BridgeSettings } from './settings.ts'
import { InboxStore } from './store/inbox-store.ts'
import { JournalStore } from './store/journal-store.ts'
import { MessageStore } from './store/message-store.ts'
import { OutboxStore } from './store/outbox-store.ts'
import { ReactionStore } from './store/reaction-store.ts'
import { UserStore } from './store/user-store.ts'
import { runInNetwork } from './supervision/network-scope.ts'
import { Supervisor } from './supervision/supervisor.ts'

export interface BridgeOptions {
  readonly connector: NetworkConnector
  /** May be shared with others: every table of the bridge begins with `bridge_`. */
  readonly db: Database
  readonly serverName: ServerName
  /** The homeserver: over HTTP, or in process. */
  readonly homeserver: Dispatch
  readonly asToken: string
  readonly hsToken: string
  /** as_token of a registration whose namespace covers local accounts. */
  readonly doublePuppetToken?: string
  readonly settings?: BridgeSettings
  readonly metrics?: MetricsRegistry
  readonly logger: Logger
  readonly version: string
  readonly clock?: Clock
  /** Shared by the bridges of one process. */
  readonly turns?: Turns
  /** Lanes of this process unless given. */
  readonly queue?: QueueMaker
  readonly mediaLink?: (mxcUri: string, fileName?: string) => string | undefined
  readonly onStep?: (step: string) => void
}

/** One network on one homeserver. */
export interface Bridge extends AsyncDisposable {
  /** What the homeserver may call, in process (`dispatch`) or behind a listener. */
  readonly appservice: Router
  readonly botUserId: UserId
  /** Network id: `irc`. */
  readonly network: string
  /** Opens connections and takes up what was left undone. */
  start(): Promise<void>
  /** An exception of the adapter that nobody caught: it is stopped and started again after a pause. */
  fail(error: unknown): void
  connections(): readonly ClientStateReport[]
  /** Depth of the queues, for /health and the metrics. */
  backlog(): Promise<{ inbox: number; journal: number; parked: number; uncertain: number }>
  /** Resolves when nothing is being worked on. */
  settled(): Promise<void>
}

/** Migrates the database and builds the bridge; nothing is connected before `start`. */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  await migrate(options.db, {
    program: 'bridge',
    migrations: readMigrations(new URL('./migrations/', import.meta.url)),
  })
  const abort = new AbortController()
  const context = buildContext(options, abort.signal)
  await context.aliases.load()
  const running = new RunningBridge(context, options, abort)
  const host = createHost(context, {
    wake: (nid) => running.remoteLanes.wake(String(nid)),
    mediaLink: options.mediaLink ?? (() => undefined),
  })
  await runInNetwork(options.connector.info.id, () => options.connector.init(host))
  await context.logins.load()
  return running
}

const deliveryWidth = 16

function buildContext(options: BridgeOptions, signal: AbortSignal): BridgeContext {
  const { connector, db, serverName } = options
  const network = connector.info.id
  const clock = options.clock ?? systemClock
  const logger = options.logger.child({ component: 'bridge', network })
  const client = new MatrixClient({ dispatch: options.homeserver, asToken: options.asToken, clock, signal })
  const api = new MatrixApi(client)
  const outbox = new OutboxStore(db, network)
  const aliases = new Aliases(db, network)
  const { doublePuppetToken: token } = options
  return {
    connector,
    settings: options.settings ?? defaultBridgeSettings,
    serverName,
    botUserId: userIdOf(connector.info.botLocalpart, serverName),
    db,
    api,
    batches: new BatchSends(client, api),
    aliases,
    ghosts: new Ghosts({ db, api, connector, serverName, aliases }),
    members: new RoomMembers(api),
    puppets: new DoublePuppets({ api, serverName, ...(token !== undefined && { token }) }),
    ownReceipts: new OwnReceipts(),
    portals: new Portals(db, network, aliases),
    logins: new Logins(db, connector, logger),
    journal: new JournalStore(db, network),
    inbox: new InboxStore(db, network),
    outbox,
    claims: new Claims(outbox, clock),
    messages: new MessageStore(db, network),
    reactions: new ReactionStore(db),
    users: new UserStore(db, network),
    deliveries: new Gate(deliveryWidth),
    turns: options.turns ?? new Turns(clock),
    clock,
    logger,
    metrics: (options.metrics ?? new MetricsRegistry()).forNetwork(network),
    health: new Health(),
    version: options.version,
    step: options.onStep ?? (() => undefined),
    signal,
  }
}

class RunningBridge implements Bridge {
  readonly appservice: Router
  readonly botUserId: UserId
  readonly network: string
  readonly remoteLanes: Queue
  readonly #matrixLanes: Queue
  readonly #context: BridgeContext
  readonly #abort: AbortController
  readonly #supervisor: Supervisor

  constructor(context: BridgeContext, options: BridgeOptions, abort: AbortController) {
    this.#context = context
    this.#abort = abort
    this.botUserId = context.botUserId
    this.network = context.connector.info.id
    const { clock, logger } = context
    const names = new SenderNames(context.api)
    this.#supervisor = supervisorOf(context)
    const makeQueue: QueueMaker = options.queue ?? ((_, queueOptions) => new Lanes(queueOptions))
    this.remoteLanes = makeQueue(`${this.network}:to-matrix`, {
      clock,
      process: (key, signal) => runRemoteLane(context, Number(key), signal),
      due: async () => (await context.journal.portalsWithWork()).map(String),
      onError: (key, error) => logger.error({ err: error, portalNid: Number(key) }, 'journal stopped'),
    })
    const commands = new CommandProcessor(context, (portal, roomId) => {
      this.#matrixLanes.wakeNow(roomId)
      if (portal !== undefined) this.remoteLanes.wakeNow(String(portal.nid))
    })
    const handling = { context, commands, names }
    const roomWork: RoomWork = {
      prepare: (records) => prepareMatrixEvents(handling, records),
      handle: (record, turn) => handleMatrixEvent(handling, record, turn),
    }
    this.#matrixLanes = makeQueue(`${this.network}:to-network`, {
      clock,
      process: (key, signal) => runMatrixLane(context, key as RoomId, roomWork, signal),
      due: async () => await context.inbox.roomsWithWork(),
      onError: (key, error) => logger.error({ err: error, roomId: key }, 'inbox stopped'),
    })
    this.appservice = appserviceRouter({
      hsToken: options.hsToken,
      logger,
      services: this.#services(this.#intakeEffects(names)),
    })
  }

  async start(): Promise<void> {
    const { api, botUserId, inbox, journal } = this.#context
    await api.register(localpartOf(botUserId))
    await this.#introduceBot()
    // What an earlier run left is woken before anything new can arrive.
    for (const nid of await journal.portalsWithWork()) this.remoteLanes.wake(String(nid))
    await this.#supervisor.start()
    for (const roomId of await inbox.roomsWithWork()) this.#matrixLanes.wake(roomId)
  }

  fail(error: unknown): void {
    this.#supervisor.fail(error)
  }

  connections(): readonly ClientStateReport[] {
    return this.#context.health.connections()
  }

  async backlog(): Promise<{ inbox: number; journal: number; parked: number; uncertain: number }> {
    const { inbox, journal, outbox, metrics, clock } = this.#context
    const [fromMatrix, fromRemote] = [await inbox.backlog(), await journal.backlog()]
    metrics.backlog('inbox', fromMatrix, clock.now())
    metrics.backlog('journal', fromRemote, clock.now())
    return {
      inbox: fromMatrix.pending,
      journal: fromRemote.pending,
      parked: fromMatrix.parked + fromRemote.parked,
      uncertain: await outbox.countUncertain(),
    }
  }

  async settled(): Promise<void> {
    await this.remoteLanes.settled()
    await this.#matrixLanes.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#supervisor.stop()
    await this.remoteLanes[Symbol.asyncDispose]()
    await this.#matrixLanes[Symbol.asyncDispose]()
  }

  async #introduceBot(): Promise<void> {
    const { api, botUserId, connector } = this.#context
    const name = `${connector.info.displayName} bridge`
    if ((await api.profile(botUserId))?.['displayname'] !== name) await api.setProfile(botUserId, 'displayname', name)
  }

  #intakeEffects(names: SenderNames): IntakeEffects {
    const context = this.#context
    return {
      wake: (roomId) => this.#matrixLanes.wake(roomId),
      member(event) {
        const userId = event.state_key as UserId
        names.forget(event.room_id, userId)
        // What bot and ghosts do is known when it is done; its echo may come after the next thing they do.
        if (event.sender === context.botUserId || context.ghosts.isGhost(event.sender)) return
        const { membership } = event.content
        if (membership !== 'invite') context.members.noticed(event.room_id, userId, membership === 'join')
      },
      ephemeral: (event) => void forwardEphemeral(context, event),
    }
  }

  #services(effects: IntakeEffects) {
    const context = this.#context
    const { connector } = context
    return {
      transaction: (txnId: string, body: Parameters<typeof takeIn>[1]['body']) =>
        takeIn(context, { txnId, body }, effects),
      async queryUser(userId: UserId): Promise<boolean> {
        const remote = context.ghosts.remoteUserOf(userId)
        if (remote === undefined) return false
        await context.ghosts.ensure({ id: remote })
        return true
      },
      queryAlias: (alias: RoomAlias) => openByAlias(context, alias),
      protocol: (name: string) => (connector.info.protocols.includes(name) ? protocolOf(connector) : undefined),
      locations: async () => [],
      people: async () => [],
    }
  }
}

/** The adapter with all its logins, as one thing that may fail and be started again. */
function supervisorOf(context: BridgeContext): Supervisor {
  const { connector, logins, clock, logger, health, metrics } = context
  const name = connector.info.id
  return new Supervisor({
    clock,
    logger,
    onState(report) {
      health.note(report)
      metrics.clientState(report.name, report.state)
    },
    supervised: {
      name,
      start: () =>
        runInNetwork(name, async () => {
          await connector.start()
          await logins.connectAll()
        }),
      async stop() {
        await logins.disconnectAll()
        await connector.stop()
      },
    },
  })
}

/** Someone asks for the room of a chat that has none yet: it is opened on the network and made. */
async function openByAlias(context: BridgeContext, alias: RoomAlias): Promise<boolean> {
  const { connector, botUserId } = context
  const localpart = localpartOf(alias)
  if (!localpart.startsWith(connector.info.aliasPrefix)) return false
  const identifier = connector.identifierOfAlias(localpart.slice(connector.info.aliasPrefix.length))
  if (identifier === undefined || connector.handlers.openChat === undefined) return false
  try {
    const opened = await connector.handlers.openChat({ identifier, requestedBy: botUserId })
    await ensureRoom(context, opened.chat, opened.snapshot)
    return true
  } catch (error) {
    context.logger.info({ err: error, alias }, 'chat of an alias could not be opened')
    return false
  }
}

function protocolOf(connector: NetworkConnector) {
  return {
    user_fields: ['id'],
    location_fields: ['id'],
    icon: '',
    field_types: { id: { regexp: '.*', placeholder: 'id' } },
    instances: [
      { desc: connector.info.displayName, network_id: connector.info.id, fields: {}, instance_id: connector.info.id },
    ],
  }
}
