import type { Clock } from './clock.ts'
import type { IrcLine } from './line.ts'

/** What became of a line that was to be sent. */
export type Outcome =
  /** The server sent our own message back. */
  | { readonly kind: 'echo'; readonly messageId: string | undefined }
  /** The server has handled it and had nothing against it. */
  | { readonly kind: 'processed' }
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  /** The connection ended first. `wasWritten` false: the line never left. */
  | { readonly kind: 'lost'; readonly wasWritten: boolean }

export interface DeliveryRequest {
  readonly command: string
  /** Whom errors and echoes name; for commands with more parameters before the last, those too, parted by spaces. */
  readonly target: string
  readonly text: string
  readonly tags?: Readonly<Record<string, string>>
}

interface Delivery extends DeliveryRequest {
  readonly number: number
  readonly label: string | undefined
  readonly expectsEcho: boolean
  readonly resolve: (outcome: Outcome) => void
  isWritten: boolean
  cancelTimer: (() => void) | undefined
}

export interface DeliveriesOptions {
  readonly clock: Clock
  readonly hasLabels: () => boolean
  readonly hasEcho: () => boolean
  readonly fold: (name: string) => string
  /** Queues lines that leave together. */
  readonly enqueue: (
    request: DeliveryRequest,
    wire: { label?: string; barrier?: string },
    onWritten: () => void,
  ) => void
  readonly writeBarrier: (token: string) => void
}

const barrierPrefix = 'pons-d'
/** An echo that is so late is asked for: the answer to the question comes after it, or there is none. */
const lateEchoMs = 10_000

/** Errors that name a target in their first parameter after our nick. */
const refusals = new Set(
  (
    '401 402 403 404 405 407 408 411 412 413 414 415 417 437 439 441 442 443 461 467 471 472 473 474 475 476 477 478 479 ' +
    '480 481 482 484 485 486 488 489 492 494 520 531 716 972 263'
  ).split(' '),
)
const refusalsWithoutTarget = new Set(['411', '412', '417'])

/**
 * Follows every line of ours until the server has answered for it: by label, else by the echo, else by a PING that was
 * sent right behind it and whose answer cannot come before an error.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #pending = new Map<number, Delivery>()
  readonly #labelledBatches = new Map<string, string>()
  #count = 0

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  send(request: DeliveryRequest): Promise<Outcome> {
    return new Promise((resolve) => {
      const { hasLabels, hasEcho, enqueue } = this.#options
      const number = ++this.#count
      const expectsEcho = (request.command === 'PRIVMSG' || request.command === 'NOTICE') && hasEcho()
      const label = expectsEcho && hasLabels() ? `p${number.toString(36)}` : undefined
      const delivery: Delivery = {
        ...request,
        number,
        label,
        expectsEcho,
        resolve,
        isWritten: false,
        cancelTimer: undefined,
      }
      this.#pending.set(number, delivery)
      const wire = label === undefined ? (expectsEcho ? {} : { barrier: barrierPrefix + number }) : { label }
      enqueue(request, wire, () => {
        delivery.isWritten = true
        if (expectsEcho) this.#watchLateEcho(delivery)
      })
    })
  }

  /** Takes a line in; true when it was only an answer to us and is nobody else's business. */
  take(line: IrcLine, isSelf: boolean): boolean {
    if (line.command === 'BATCH') return this.#takeBatch(line)
    if (line.command === 'PONG') return this.#takePong(line)
    const label = line.tags['label'] ?? this.#labelledBatches.get(line.tags['batch'] ?? '')
    if (isSelf && (line.command === 'PRIVMSG' || line.command === 'NOTICE')) return this.#takeEcho(line, label)
    if (line.command === 'ACK') return this.#settleLabel(label, { kind: 'processed' })
    if (line.command === 'FAIL') return this.#takeFail(line, label)
    if (refusals.has(line.command)) return this.#takeRefusal(line, label)
    return false
  }

  /** The connection is gone: nothing more will be answered. */
  close(): void {
    for (const delivery of this.#pending.values()) {
      this.#settle(delivery, { kind: 'lost', wasWritten: delivery.isWritten })
    }
  }

  #watchLateEcho(delivery: Delivery): void {
    delivery.cancelTimer = this.#options.clock.schedule(
      () => this.#options.writeBarrier(barrierPrefix + delivery.number),
      lateEchoMs,
    )
  }

  #takeBatch(line: IrcLine): boolean {
    const reference = line.params[0] ?? ''
    const label = line.tags['label']
    if (reference.startsWith('+') && label !== undefined) this.#labelledBatches.set(reference.slice(1), label)
    if (!reference.startsWith('-')) return false
    const ended = this.#labelledBatches.get(reference.slice(1))
    this.#labelledBatches.delete(reference.slice(1))
    if (ended !== undefined) this.#settleLabel(ended, { kind: 'processed' })
    return false
  }

  // Answers come in the order of the questions, so a late barrier also ends what was asked before it.
  #takePong(line: IrcLine): boolean {
    const token = line.params.at(-1) ?? ''
    if (!token.startsWith(barrierPrefix)) return false
    const delivery = this.#pending.get(Number(token.slice(barrierPrefix.length)))
    if (delivery) this.#settle(delivery, { kind: 'processed' })
    return true
  }

  #takeEcho(line: IrcLine, label: string | undefined): boolean {
    const outcome: Outcome = { kind: 'echo', messageId: line.tags['msgid'] }
    if (label !== undefined) return this.#settleLabel(label, outcome)
    const [target = '', text = ''] = line.params
    const candidates = this.#forTarget(target).filter((one) => one.label === undefined && one.expectsEcho)
    const delivery = candidates.find((one) => one.text === text) ?? candidates[0]
    if (delivery) this.#settle(delivery, outcome)
    return delivery !== undefined
  }

  // FAIL command code [context…] :description
  #takeFail(line: IrcLine, label: string | undefined): boolean {
    const outcome: Outcome = { kind: 'refused', code: line.params[1] ?? 'FAIL', text: line.params.at(-1) ?? '' }
    if (label !== undefined) return this.#settleLabel(label, outcome)
    const first = [...this.#pending.values()].find((one) => one.isWritten && one.command === line.params[0])
    if (first) this.#settle(first, outcome)
    return first !== undefined
  }

  #takeRefusal(line: IrcLine, label: string | undefined): boolean {
    const outcome: Outcome = { kind: 'refused', code: line.command, text: line.params.at(-1) ?? '' }
    if (label !== undefined) return this.#settleLabel(label, outcome)
    const named = line.params.slice(1, -1).flatMap((param) => this.#forTarget(param))
    const written = named.filter((one) => one.isWritten && one.label === undefined)
    const anonymous = refusalsWithoutTarget.has(line.command)
      ? [...this.#pending.values()].filter((one) => one.isWritten && one.label === undefined)
      : []
    const delivery = written[0] ?? anonymous[0]
    if (delivery) this.#settle(delivery, outcome)
    return delivery !== undefined
  }

  #forTarget(target: string): Delivery[] {
    const folded = this.#options.fold(target)
    return [...this.#pending.values()].filter((one) => this.#options.fold(one.target.split(' ', 1)[0] ?? '') === folded)
  }

  #settleLabel(label: string | undefined, outcome: Outcome): boolean {
    if (label === undefined) return false
    const delivery = [...this.#pending.values()].find((one) => one.label === label)
    if (delivery) this.#settle(delivery, outcome)
    return delivery !== undefined
  }

  #settle(delivery: Delivery, outcome: Outcome): void {
    this.#pending.delete(delivery.number)
    delivery.cancelTimer?.()
    delivery.resolve(outcome)
  }
}
