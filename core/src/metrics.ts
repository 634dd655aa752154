// Its index loads tracing, clusters and gateways, too: 30 ms of a start, and 11 MB.
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import Histogram from 'prom-client/lib/histogram.js'
import Registry from 'prom-client/lib/registry.js'
import type { ClientState } from './network/bridge-host.ts'

interface Backlog {
  readonly pending: number
  readonly parked: number
  readonly oldestTs?: number
}

const clientStates: readonly ClientState[] = [
  'CONNECTING',
  'CONNECTED',
  'TRANSIENT_DISCONNECT',
  'BAD_CREDENTIALS',
  'UNKNOWN_ERROR',
  'LOGGED_OUT',
]

/** What a running bridge is asked for whenever somebody reads the metrics. */
export interface Observed {
  readonly network: string
  /** Of every connection that there has been. */
  connectionStates(): readonly ClientState[]
  stalled(): number
  backlogs(): Promise<Readonly<Record<'inbox' | 'journal', Backlog>>>
  now(): number
}

const matrixKinds = new Set([
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.reaction',
  'm.room.redaction',
  'm.room.member',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.power_levels',
  'm.room.tombstone',
])

/** Prometheus metrics, under the field's names where the meaning is the same. One set serves all bridges of a process. */
export class MetricsRegistry {
  readonly registry = new Registry()
  readonly remoteEvents = this.#counter('bridge_remote_event', 'Events from the network', ['network', 'kind', 'result'])
  readonly matrixEvents = this.#counter('bridge_matrix_event', 'Events from Matrix', ['network', 'kind', 'result'])
  readonly remoteAge = new Histogram({
    name: 'bridge_remote_event_age',
    help: 'Seconds between the network’s time of an event and its arrival in Matrix',
    labelNames: ['network'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
    registers: [this.registry],
  })
  readonly uncertain = this.#counter('bridge_uncertain_total', 'Messages whose fate a crash left unknowable', [
    'network',
  ])
  readonly #stalled = this.#gauge('bridge_stalled', 'Events that have waited for an answer for over a minute', [
    'network',
  ])
  readonly #connections = this.#gauge('bridge_connections', 'Connections to the network', ['network', 'state'])
  readonly #queueDepth = this.#gauge('bridge_queue_depth', 'Rows that are not done', ['network', 'queue', 'state'])
  readonly #queueAge = this.#gauge('bridge_queue_oldest_seconds', 'Age of the oldest pending row', ['network', 'queue'])
  readonly #observed = new Map<string, Observed>()
  #collecting: Promise<void> | undefined

  forNetwork(network: string): BridgeMetrics {
    return new BridgeMetrics(this, network)
  }

  /** From now on its gauges are read; returns what ends that. */
  observe(observed: Observed): () => void {
    this.#observed.set(observed.network, observed)
    return () => {
      if (this.#observed.get(observed.network) === observed) this.#observed.delete(observed.network)
    }
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    const collect = (): Promise<void> => this.#collect()
    return new Gauge({ name, help, labelNames, collect, registers: [this.registry] })
  }

  /** All gauges at once: each asks for it when it is read, and they are read together. */
  #collect(): Promise<void> {
    this.#collecting ??= this.#collectAll().finally(() => (this.#collecting = undefined))
    return this.#collecting
  }

  async #collectAll(): Promise<void> {
    const bridges = [...this.#observed.values()]
    const backlogs = await Promise.all(bridges.map((bridge) => bridge.backlogs()))
    for (const gauge of [this.#stalled, this.#connections, this.#queueDepth, this.#queueAge]) gauge.reset()
    for (const [index, bridge] of bridges.entries()) {
      const { network } = bridge
      const states = bridge.connectionStates()
      this.#stalled.set({ network }, bridge.stalled())
      for (const state of clientStates)
        this.#connections.set({ network, state }, states.filter((known) => known === state).length)
      for (const [queue, { pending, parked, oldestTs }] of Object.entries(backlogs[index] ?? {})) {
        this.#queueDepth.set({ network, queue, state: 'pending' }, pending)
        this.#queueDepth.set({ network, queue, state: 'parked' }, parked)
        this.#queueAge.set({ network, queue }, oldestTs === undefined ? 0 : (bridge.now() - oldestTs) / 1000)
      }
    }
  }
}

/** What the bridge of one network counts. */
export class BridgeMetrics {
  readonly #metrics: MetricsRegistry
  readonly #network: string

  constructor(metrics: MetricsRegistry, network: string) {
    this.#metrics = metrics
    this.#network = network
  }

  /** From now on the gauges of its network are read; returns what ends that. */
  observe(observed: Omit<Observed, 'network'>): () => void {
    return this.#metrics.observe({ ...observed, network: this.#network })
  }

  remoteEvent(kind: string, result: 'delivered' | 'parked', ageMs?: number): void {
    this.#metrics.remoteEvents.inc({ network: this.#network, kind, result })
    if (ageMs !== undefined) this.#metrics.remoteAge.observe({ network: this.#network }, Math.max(0, ageMs) / 1000)
  }

  /** Whoever may write in a room chooses the types of events: those that no bridge knows are counted together. */
  matrixEvent(type: string, result: 'sent' | 'parked' | 'ignored'): void {
    const kind = matrixKinds.has(type) ? type : 'other'
    this.#metrics.matrixEvents.inc({ network: this.#network, kind, result })
  }

  uncertain(): void {
    this.#metrics.uncertain.inc({ network: this.#network })
  }
}
