import type { RpcError } from './rpc-error.ts'
import type { TlObject, TlValue } from './tl/tl-value.ts'

/** What goes wrong with a call. */
export type CallFault =
  | { readonly kind: 'error'; readonly error: RpcError }
  /** The connection ends before the call is done. */
  | { readonly kind: 'drop-before' }
  /** The call is done, and its answer is lost with the connection. */
  | { readonly kind: 'drop-after' }
  /** The call waits until the promise resolves. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }

/** What goes wrong with the next push to a client. */
export type PushFault = 'lose' | 'repeat' | 'unknown-constructor'

/** Faults on command; each happens once, in the order they were asked for. */
export class Faults {
  readonly #calls: { readonly method: string; readonly fault: CallFault }[] = []
  readonly #pushes: PushFault[] = []
  readonly #answers = new Map<string, (answer: TlObject) => TlObject>()
  /** Every answer comes gzipped, or in a container of its own. */
  areAnswersGzipped = false
  areAnswersBundled = false
  /** Nothing is pushed while this is true. */
  arePushesLost = false
  /** The most events of one difference; a client that is behind by more than `tooLongAfter` is told so instead. */
  differenceLimit = 1000
  tooLongAfter = Infinity
  /** The most of anything that one page names, whatever it was asked for. */
  pageLimit = Infinity
  /** The most bytes of one piece of a file. */
  pieceLimit = Infinity
  /** How many of those that reacted an update names; whether the others are shown to those who ask. */
  namedReactors = 3
  areReactorsShown = true

  /** The next calls of the method, `times` of them, go wrong. */
  onCall(method: string, fault: CallFault, times = 1): void {
    for (let count = 0; count < times; count++) this.#calls.push({ method, fault })
  }

  onPush(...faults: readonly PushFault[]): void {
    this.#pushes.push(...faults)
  }

  /** Every answer to the method is told so from now on: an account may not see all that is so. */
  onAnswer(method: string, told: (answer: TlObject) => TlObject): void {
    this.#answers.set(method, told)
  }

  told(method: string, answer: TlValue): TlValue {
    const told = this.#answers.get(method)
    return told === undefined ? answer : told(answer as TlObject)
  }

  /** How many of those that happen once have not happened yet. */
  get outstanding(): number {
    return this.#calls.length + this.#pushes.length
  }

  takeForCall(method: string): CallFault | undefined {
    const index = this.#calls.findIndex((call) => call.method === method)
    return index === -1 ? undefined : this.#calls.splice(index, 1)[0]?.fault
  }

  takeForPush(): PushFault | undefined {
    return this.#pushes.shift()
  }
}
