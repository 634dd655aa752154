import { Barriers, connectionEnded } from './barriers.ts'
import type { Clock } from './clock.ts'
import { Deliveries, type DeliveryRequest, type Outcome } from './deliveries.ts'
import { FloodBudget, type FloodLimits } from './flood-budget.ts'
import { formatLine, type IrcLine } from './line.ts'

export interface OutgoingOptions {
  readonly clock: Clock
  readonly flood: FloodLimits
  readonly hasCapability: (name: string) => boolean
  readonly fold: (name: string) => string
  readonly write: (line: string) => void
}

/** What goes to the server over one connection, and the server's answers to it. */
export class Outgoing {
  readonly #fold: (name: string) => string
  readonly #flood: FloodBudget
  readonly #deliveries: Deliveries
  readonly #barriers = new Barriers()
  #isClosed = false

  constructor({ clock, flood, hasCapability, fold, write }: OutgoingOptions) {
    this.#fold = fold
    this.#flood = new FloodBudget(flood, clock, write)
    this.#deliveries = new Deliveries({
      clock,
      hasLabels: () => hasCapability('labeled-response'),
      hasEcho: () => hasCapability('echo-message'),
      fold,
      writeBarrier: (token) => this.writeNow('PING', [token]),
      enqueue: (request, wire, onWritten) => this.#enqueue(request, wire, onWritten),
    })
  }

  /** Queues a line under the flood budget; lines of one key keep their order. */
  write(command: string, params: readonly string[], key: string): void {
    if (!this.#isClosed) this.#flood.enqueue(key, [formatLine(command, params)])
  }

  writeNow(command: string, params: readonly string[]): void {
    if (!this.#isClosed) this.#flood.writeNow(formatLine(command, params))
  }

  /** A line that a person or an operator typed; only its end is made safe. */
  writeRaw(line: string): void {
    const [command = '', ...rest] = line
      .replaceAll(/[\r\n\0]+/g, ' ')
      .trim()
      .split(' ')
    if (command !== '') this.#flood.enqueue('', [[command, ...rest].join(' ')])
  }

  deliver(request: DeliveryRequest): Promise<Outcome> {
    return this.#deliveries.send(request)
  }

  /** Resolves once the server has handled all lines of that key written before; rejects when the connection ends. */
  async barrier(key: string): Promise<void> {
    if (this.#isClosed) throw connectionEnded()
    await this.#barriers.pass((line) => this.#flood.enqueue(key, [line]))
  }

  /** Takes a line in; true when it was only an answer to us and is nobody else's business. */
  take(line: IrcLine, isSelf: boolean): boolean {
    if (line.command === 'PONG' && this.#barriers.take(line.params.at(-1) ?? '')) return true
    return this.#deliveries.take(line, isSelf)
  }

  /** Nothing is written any more. What became of the lines under way is told by `lose`. */
  close(): void {
    this.#isClosed = true
    this.#flood.close()
    this.#barriers.close()
  }

  /** Nothing will be answered any more. */
  lose(): void {
    this.#deliveries.close()
  }

  #enqueue(
    { command, target, text, tags }: DeliveryRequest,
    { label, barrier }: { label?: string; barrier?: string },
    onWritten: () => void,
  ): void {
    const line = formatLine(command, [...target.split(' '), text], { ...(label !== undefined && { label }), ...tags })
    const lines = barrier === undefined ? [line] : [line, formatLine('PING', [barrier])]
    this.#flood.enqueue(this.#fold(target), lines, onWritten)
  }
}
