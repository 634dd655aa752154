import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { limitExceeded } from '@pons/matrix'
import { isThisMachine, networkOf, plainAddress } from './network-of.ts'

export interface ConnectionLimits {
  readonly max: number
  /** A reverse proxy holds those of all its clients, so what is trusted as one, or is this machine, is not counted. */
  readonly perAddress: number
}

export const defaultConnectionLimits: ConnectionLimits = { max: 4096, perAddress: 512 }

/** Beyond what is answered with a refusal, connections are closed without a word. */
const REFUSED_AT_ONCE = 64

/** Counts the open connections of one listener, and tells those apart that are too many. */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #uncounted: ReadonlySet<string>
  readonly #byAddress = new Map<string, number>()
  readonly #surplus = new WeakSet<Socket>()
  #open = 0

  constructor(limits: ConnectionLimits, trustedProxies: readonly string[]) {
    this.#limits = limits
    this.#uncounted = new Set(trustedProxies)
  }

  watch(server: Server, event: 'connection' | 'secureConnection'): void {
    server.maxConnections = this.#limits.max + REFUSED_AT_ONCE
    server.on(event, (socket: Socket) => this.#opened(socket))
  }

  /** What to answer a request that came on a connection too many. */
  refusalOf(socket: Socket): Error | undefined {
    return this.#surplus.has(socket) ? limitExceeded(5000, 'too many connections are open') : undefined
  }

  #opened(socket: Socket): void {
    const peer = plainAddress(socket.remoteAddress ?? '')
    const isCounted = !this.#uncounted.has(peer) && !isThisMachine(peer)
    const address = networkOf(peer)
    const ofAddress = (this.#byAddress.get(address) ?? 0) + 1
    this.#open += 1
    this.#byAddress.set(address, ofAddress)
    if (this.#open > this.#limits.max || (isCounted && ofAddress > this.#limits.perAddress)) this.#surplus.add(socket)
    socket.once('close', () => {
      this.#open -= 1
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left > 0) this.#byAddress.set(address, left)
      else this.#byAddress.delete(address)
    })
  }
}
