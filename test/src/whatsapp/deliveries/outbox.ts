import type { Line } from '../line.ts'
import type { Faults } from '../faults.ts'
import { serverJid, stanza, type Stanza } from '../wire/stanza.ts'

/**
 * What waits for one linked device, in order. It is kept through every connection until the device has confirmed it: a message
 * by its receipt, the rest by an ack.
 */
export class Outbox {
  readonly #faults: Faults
  readonly #waiting = new Map<string, Stanza>()
  /** Sent as backlog and not confirmed; what follows them is backlog too, or the client would let it overtake. */
  readonly #backlog = new Set<string>()
  #line: Line | undefined
  #withheld: Stanza | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(faults: Faults, waiting: readonly Stanza[] = []) {
    this.#faults = faults
    for (const sent of waiting) this.#waiting.set(keyOf(sent), sent)
  }

  /** What the device has not confirmed, in order. */
  get waiting(): readonly Stanza[] {
    return [...this.#waiting.values()]
  }

  /** Nothing is left that the device has not confirmed. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Posts in the order of the calls, although a stanza may take time to be made. */
  async post(made: Stanza | (() => Promise<Stanza>)): Promise<void> {
    const done = this.#turn.then(async () => this.#push(typeof made === 'function' ? await made() : made))
    this.#turn = done.catch(() => undefined)
    await done
  }

  /** What means nothing later, typing for one; lost where the device is not there. */
  sendNow(sent: Stanza): void {
    this.#line?.send(sent)
  }

  /** The device is ready: all that waits goes out, and then the number of what there was, also when it was nothing. */
  open(line: Line): void {
    this.#line = line
    this.#withheld = undefined
    this.#backlog.clear()
    const waiting = [...this.#waiting]
    for (const [key, sent] of waiting) this.#sendAsBacklog(key, sent)
    line.send(stanza('ib', { from: serverJid }, [stanza('offline', { count: String(waiting.length) })]))
  }

  close(line: Line): void {
    if (this.#line === line) this.#line = undefined
  }

  confirm(key: string): void {
    this.#waiting.delete(key)
    this.#backlog.delete(key)
  }

  #push(sent: Stanza): void {
    const key = keyOf(sent)
    const isMessage = sent.tag === 'message' && sent.attrs['category'] !== 'peer'
    const fault = isMessage && this.#line !== undefined ? this.#faults.takeForPush() : undefined
    this.#waiting.set(key, sent)
    if (fault === 'withhold') {
      this.#withheld = sent
      return
    }
    this.#transmit(key, fault === 'corrupt' || fault === 'corrupt-words' ? corrupted(sent, fault) : sent)
    if (fault === 'repeat') this.#transmit(key, sent)
    if (!isMessage || this.#withheld === undefined) return
    this.#transmit(keyOf(this.#withheld), this.#withheld)
    this.#withheld = undefined
  }

  #transmit(key: string, sent: Stanza): void {
    if (this.#backlog.size > 0 && !this.#faults.isBacklogOpen) this.#sendAsBacklog(key, sent)
    else this.#line?.send(sent)
  }

  #sendAsBacklog(key: string, sent: Stanza): void {
    this.#line?.send({ ...sent, attrs: { ...sent.attrs, offline: String(this.#backlog.size) } })
    this.#backlog.add(key)
  }
}

/** By which a confirmation finds what it confirms. */
function keyOf({ tag, attrs }: Stanza): string {
  return confirmationKey(tag, { ...attrs, to: attrs['from'] })
}

/** Of a client's ack: `to` is where the stanza came from. */
export function confirmationKey(tag: string, attrs: Readonly<Record<string, string | undefined>>): string {
  if (tag === 'message') return `message ${attrs['id']}`
  const { id, to = '', participant = '', type = '' } = attrs
  return [tag, id, to.replace(/^@/, ''), participant, type].join(' ')
}

/** A ciphertext that was changed on the way: where it is signed, in the signature; else in the MAC near its end. */
function corrupted(sent: Stanza, fault: 'corrupt' | 'corrupt-words'): Stanza {
  if (!Array.isArray(sent.content)) return sent
  const last = sent.content.findLast(({ tag }) => tag === 'enc')
  const content = sent.content.map((child) => {
    if (child.tag !== 'enc' || !(child.content instanceof Uint8Array)) return child
    if (fault === 'corrupt-words' && child !== last) return child
    const bytes = Buffer.from(child.content)
    // A `pkmsg` ends with two short numbers of at most four bytes each.
    const at = child.attrs['type'] === 'pkmsg' ? bytes.length - 12 : bytes.length - 1
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return { ...child, content: bytes }
  })
  return { ...sent, content }
}
