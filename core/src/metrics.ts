// Its index loads tracing, clusters and gateways, too: 30 ms of a start, and 11 MB.
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import Histogram from 'prom-client/lib/histogram.js'
import Registry from 'prom-client/lib/registry.js'
import type { ClientState } from './network/bridge-host.ts'

export interface Backlog {
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
  readonly stalled = this.#gauge('bridge_stalled', 'Events that have waited for an answer for over a minute', [
    'network',
  ])
  readonly connections = this.#gauge('bridge_connections', 'Connections to the network', ['network', 'state'])
  readonly queueDepth = this.#gauge('bridge_queue_depth', 'Rows that are not done', ['network', 'queue', 'state'])
  readonly queueAge = this.#gauge('bridge_queue_oldest_seconds', 'Age of the oldest pending row', ['network', 'queue'])

  forNetwork(network: string): BridgeMetrics {
    return new BridgeMetrics(this, network)
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] })
  }
}

export class BridgeMetrics {
  readonly #metrics: MetricsRegistry
  readonly #network: string
  readonly #states = new Map<string, ClientState>()

  constructor(metrics: MetricsRegistry, network: string) {
    this.#metrics = metrics
    this.#network = network
  }

  remoteEvent(kind: string, result: 'delivered' | 'parked', ageMs?: number): void {
    this.#metrics.remoteEvents.inc({ network: this.#network, kind, result })
    if (ageMs !== undefined) this.#metrics.remoteAge.observe({ network: this.#network }, Math.max(0, ageMs) / 1000)
  }

  matrixEvent(kind: string, result: 'sent' | 'parked' | 'ignored'): void {
    this.#metrics.matrixEvents.inc({ network: this.#network, kind, result })
  }

  uncertain(): void {
    this.#metrics.uncertain.inc({ network: this.#network })
  }

  stalled(count: number): void {
    this.#metrics.stalled.set({ network: this.#network }, count)
  }

  clientState(name: string, state: ClientState): void {
    this.#states.set(name, state)
    for (const each of clientStates) {
      const count = [...this.#states.values()].filter((known) => known === each).length
      this.#metrics.connections.set({ network: this.#network, state: each }, count)
    }
  }

  backlog(queue: 'inbox' | 'journal', backlog: Backlog, nowMs: number): void {
    const network = this.#network
    this.#metrics.queueDepth.set({ network, queue, state: 'pending' }, backlog.pending)
    this.#metrics.queueDepth.set({ network, queue, state: 'parked' }, backlog.parked)
    this.#metrics.queueAge.set(
      { network, queue },
      backlog.oldestTs === undefined ? 0 : (nowMs - backlog.oldestTs) / 1000,
    )
  }
}
