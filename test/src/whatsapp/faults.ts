import { QueryError } from './queries/query-error.ts'
import type { Stanza } from './wire/stanza.ts'

/** What goes wrong with the next message pushed to a client. */
export type PushFault = 'repeat' | 'withhold' | 'corrupt' | 'corrupt-words'

/** What goes wrong with the next message that a client sends. It is accepted and delivered in any case. */
export type AcceptFault = 'swallow-ack' | 'drop-before-ack'

/** Faults on command; each of the listed ones happens once, in the order they were asked for. */
export class Faults {
  readonly #pushes: PushFault[] = []
  readonly #accepts: AcceptFault[] = []
  readonly #media: number[] = []
  readonly #answers = new Map<string, (answer: readonly Stanza[]) => Stanza[]>()
  /** Every login is refused with this reason (403: banned), until it is undefined again. */
  refuseLogins: string | undefined
  /** Device look-ups and bundle requests are answered after this pause. */
  lookupDelayMs = 0
  /** Messages of clients are dealt with when this has resolved. */
  holdMessages: Promise<void> = Promise.resolve()
  /** Awaited before the media host answers a request that nothing else befalls. */
  beforeMedia: (() => Promise<void>) | undefined
  /** Every answer and push is sent after this pause, in order. */
  delayMs = 0
  /**
   * Every so many frames one goes out compressed, as the real server does with large ones; 0: none. A client that inflates one
   * frame while it already deals with the next gets them out of order.
   */
  compressEvery = 0
  /** What is said while a device still works through what had waited for it is pushed as any other: it does not say so. */
  isBacklogOpen = false
  /** Phones that are asked for a message again are off. */
  arePhonesOff = false
  /** A phone's history lies on the media host, and not in the notice of it. */
  isHistoryElsewhere = false
  /** Clients are told to send their files there (`host:port`). */
  uploadHost: string | undefined
  /** Whoever wants to be linked finds all QR codes used up, as after minutes in which nobody scanned one. */
  areQrCodesExpired = false

  /**
   * `withhold`: the next message comes after the one that follows it. `corrupt`: its MAC is wrong, the client must ask again;
   * `corrupt-words`: in its last part alone, so that a group's key that comes with it can be read.
   */
  onPush(...faults: readonly PushFault[]): void {
    this.#pushes.push(...faults)
  }

  onAccept(...faults: readonly AcceptFault[]): void {
    this.#accepts.push(...faults)
  }

  /** The next requests to the media host are answered with these HTTP codes. */
  onMedia(...codes: readonly number[]): void {
    this.#media.push(...codes)
  }

  get hasMediaFaults(): boolean {
    return this.#media.length > 0
  }

  /** Every answer to such a query (`xmlns type child`) is told so from now on: an account may not see all that is so. */
  onAnswer(name: string, told: (answer: readonly Stanza[]) => Stanza[]): void {
    this.#answers.set(name, told)
  }

  /** Every such query is refused with this code from now on. */
  refuse(name: string, code: number): void {
    this.onAnswer(name, () => {
      throw new QueryError(code, 'refused')
    })
  }

  told(name: string, answer: Stanza[] | undefined): Stanza[] | undefined {
    return this.#answers.get(name)?.(answer ?? []) ?? answer
  }

  /** How many of those that happen once have not happened yet. */
  get outstanding(): number {
    return this.#pushes.length + this.#accepts.length + this.#media.length
  }

  takeForPush(): PushFault | undefined {
    return this.#pushes.shift()
  }

  takeForAccept(): AcceptFault | undefined {
    return this.#accepts.shift()
  }

  takeForMedia(): number | undefined {
    return this.#media.shift()
  }
}
