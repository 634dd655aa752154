import type { Router } from '@pons/http'
import { localpartOf, type RoomId, type UserId, systemClock, type Clock } from '@pons/matrix'
import { appserviceAnswers } from './appservice-answers.ts'
import { appserviceRouter } from './appservice-api/router.ts'
import type { BridgeContext } from './bridge-context.ts'
import { LoginProcesses } from './commands/login-processes.ts'
import { LoginScreen } from './commands/login-screen.ts'
import { CommandProcessor } from './commands/processor.ts'
import { handleMatrixEvent, prepareMatrixEvents } from './delivery/matrix-event.ts'
import { runToNetworkLane, type RoomWork } from './delivery/to-network-lane.ts'
import { runFromNetworkLane } from './delivery/from-network-lane.ts'
import type { Stall } from './delivery/stalls.ts'
import { ephemeralForwarder } from './delivery/ephemeral.ts'
import { noteGone, takeAway } from './disappearing/take-away.ts'
import { logFailure } from './log-failure.ts'
import { MediaLinks } from './matrix-side/media-links.ts'
import { takeIn, type IntakeEffects } from './matrix-side/transaction-intake.ts'
import { catchUp } from './matrix-side/missed-events.ts'
import type { ClientStateReport } from './network/bridge-host.ts'
import { noteMember } from './note-member.ts'
import { mendPortals } from './portal/mend-portals.ts'
import { Pruner } from './pruning/pruner.ts'
import { Lanes } from './queue/lanes.ts'
import type { Queue, QueueMaker } from './queue/queue.ts'
import { supervisedNetwork } from './supervised-network.ts'
import type { Supervisor } from './supervision/supervisor.ts'
import { unlessHangs } from './supervision/unless-hangs.ts'
import type { Backlog, Bridge, BridgeOptions } from './bridge.ts'

/** For what the end of the connections has not ended. */
const patienceMs = 15_000

/** A bridge with its lanes, its connections and what looks after them. */
export class RunningBridge implements Bridge {
  readonly appservice: Router
  readonly botUserId: UserId
  readonly network: string
  readonly displayName: string
  readonly fromNetworkLanes: Queue
  readonly mediaLinks: MediaLinks | undefined
  readonly #toNetworkLanes: Queue
  readonly #effects: IntakeEffects
  readonly #context: BridgeContext
  readonly #abort: AbortController
  readonly #supervisor: Supervisor
  readonly #pruner: Pruner
  readonly #endMetrics: () => void
  #mending: Promise<void> | undefined

  constructor(context: BridgeContext, options: BridgeOptions, abort: AbortController) {
    this.#context = context
    this.#abort = abort
    this.botUserId = context.botUserId
    this.network = context.connector.info.id
    this.displayName = context.connector.info.displayName
    const { clock, logger } = context
    this.#supervisor = supervisedNetwork(context)
    this.#pruner = new Pruner({
      db: context.db,
      network: this.network,
      clock: options.housekeepingClock ?? systemClock,
      logger,
      keepMs: context.settings.keep_done_hours * 3_600_000,
    })
    const makeQueue: QueueMaker = options.queue ?? ((_, queueOptions) => new Lanes(queueOptions))
    this.fromNetworkLanes = makeQueue(`${this.network}:to-matrix`, {
      clock,
      process: (key, signal) => runFromNetworkLane(context, Number(key), signal),
      due: async () => (await context.journal.portalsWithWork()).map(String),
      onError: (key, error) => logger.error({ err: error, portalNid: Number(key) }, 'journal stopped'),
    })
    const commands = new CommandProcessor(context, {
      processes: new LoginProcesses(context, new LoginScreen(context)),
      commandParts: context,
      wake: (portal, roomId) => {
        this.#toNetworkLanes.wakeNow(roomId)
        if (portal !== undefined) this.fromNetworkLanes.wakeNow(String(portal.nid))
      },
    })
    const handling = { needs: context, commands }
    const roomWork: RoomWork = {
      prepare: (records) => prepareMatrixEvents(handling, records),
      handle: (record, turn) => handleMatrixEvent(handling, record, turn),
    }
    this.#toNetworkLanes = makeQueue(`${this.network}:to-network`, {
      clock,
      process: (key, signal) => runToNetworkLane(context, key as RoomId, roomWork, signal),
      due: async () => await context.inbox.roomsWithWork(),
      onError: (key, error) => logger.error({ err: error, roomId: key }, 'inbox stopped'),
    })
    this.mediaLinks = mediaLinksOf(context.settings.media_link_hours, clock, options)
    this.#effects = {
      wake: (roomId) => this.#toNetworkLanes.wake(roomId),
      member: (event) => noteMember(context, event),
      ephemeral: ephemeralForwarder(context),
    }
    const services = appserviceAnswers(context, this.#effects, this.mediaLinks)
    this.appservice = appserviceRouter({ hsToken: options.hsToken, logger, services })
    this.#endMetrics = context.metrics.observe({
      connectionStates: () => context.health.states(),
      stalled: () => context.stalls.list().length,
      backlogs: async () => ({ inbox: await context.inbox.backlog(), journal: await context.journal.backlog() }),
      now: () => clock.now(),
    })
  }

  async start(): Promise<void> {
    const { api, botUserId, inbox, journal } = this.#context
    await api.register(localpartOf(botUserId))
    await this.#introduceBot()
    // What an earlier run left is woken before anything new can arrive.
    for (const nid of await journal.portalsWithWork()) this.fromNetworkLanes.wake(String(nid))
    const context = this.#context
    context.disappearances.start(
      async (record) => await takeAway(context, record),
      async (tx, record) => await noteGone(context, tx, record),
    )
    this.#mending = mendPortals(this.#context).catch((error: unknown) =>
      logFailure(this.#context, 'error', { err: error }, 'rooms of an earlier version were not mended'),
    )
    await this.#supervisor.start()
    for (const roomId of await inbox.roomsWithWork()) this.#toNetworkLanes.wake(roomId)
  }

  fail(error: unknown): void {
    this.#supervisor.fail(error)
  }

  connections(): readonly ClientStateReport[] {
    return this.#context.health.connections()
  }

  stalls(): readonly Stall[] {
    return this.#context.stalls.list()
  }

  async backlog(): Promise<Backlog> {
    const { inbox, journal, outbox, stalls } = this.#context
    const [fromMatrix, fromRemote] = [await inbox.backlog(), await journal.backlog()]
    return {
      inbox: fromMatrix.pending,
      journal: fromRemote.pending,
      parked: fromMatrix.parked + fromRemote.parked,
      uncertain: await outbox.countUncertain(),
      stalled: stalls.list().length,
    }
  }

  async catchUp(): Promise<void> {
    await catchUp(this.#context, (txnId, events) =>
      takeIn(this.#context, { txnId, body: { events: events.map((event) => ({ ...event })) } }, this.#effects),
    )
  }

  async settled(): Promise<void> {
    await this.#mending
    await this.fromNetworkLanes.settled()
    await this.#toNetworkLanes.settled()
    await this.#context.disappearances.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    this.#endMetrics()
    // Told at once, and together: what the end breaks off in a lane is no failure of it.
    const lanes = [this.fromNetworkLanes, this.#toNetworkLanes].map((queue) => queue[Symbol.asyncDispose]())
    await this.#pruner[Symbol.asyncDispose]()
    await this.#context.disappearances[Symbol.asyncDispose]()
    await this.#supervisor.stop()
    // The network may never answer what a lane has asked of it: the rows are there at the next start.
    const { clock, logger } = this.#context
    if (!(await unlessHangs(clock, patienceMs, Promise.all([...lanes, this.#mending]))))
      logger.error('the bridge stops, and something that it does hangs')
  }

  async #introduceBot(): Promise<void> {
    const { api, botUserId, connector } = this.#context
    const name = `${connector.info.displayName} bridge`
    if ((await api.profile(botUserId))?.['displayname'] !== name) await api.setProfile(botUserId, 'displayname', name)
  }
}

function mediaLinksOf(
  hours: number,
  clock: Clock,
  { homeserver: dispatch, asToken, mediaBaseUrl: baseUrl }: BridgeOptions,
): MediaLinks | undefined {
  if (baseUrl === undefined) return undefined
  return new MediaLinks({ dispatch, asToken, baseUrl, ttlMs: hours * 3_600_000, clock })
}
