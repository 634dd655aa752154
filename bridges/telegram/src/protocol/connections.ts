import type { Egress } from './egress.ts'
import { isIP } from 'node:net'
import { ConnectionTCPFull } from 'telegram/network/index.js'

type Params = ConstructorParameters<typeof ConnectionTCPFull>[0]

/**
 * Every connection that one client makes, to whichever data centre. The client's library dials without end, and goes on
 * with it after the client was destroyed: it would hold the process up, and come back with the key of an account that may
 * be at work elsewhere by then. So the connections end here.
 */
export class Connections {
  /** What the client is to make its connections of. */
  readonly type: typeof ConnectionTCPFull
  readonly #open = new Set<ConnectionTCPFull>()
  #hasEnded = false

  /**
   * @param address where every data centre is, instead of where the client believes it
   * @param egress the way out, for data centres that are where a server says
   */
  constructor(address?: { readonly host: string; readonly port: number }, egress?: Egress) {
    const enter = (connection: ConnectionTCPFull): boolean => {
      if (!this.#hasEnded) this.#open.add(connection)
      return !this.#hasEnded
    }
    const leave = (connection: ConnectionTCPFull): boolean => this.#open.delete(connection)
    this.type = class extends ConnectionTCPFull {
      constructor(params: Params) {
        super(address === undefined ? params : { ...params, ip: address.host, port: address.port })
      }

      override async _connect(): Promise<void> {
        // A failure would be tried again; what never settles lets go of its loop, with neither timer nor socket.
        if (egress !== undefined) checkAddress(this._ip, egress)
        if (!enter(this)) return await new Promise<never>(() => undefined)
        await super._connect()
      }

      override async disconnect(): Promise<void> {
        leave(this)
        await super.disconnect()
      }
    }
  }

  /** Closes them all, those that are only being made too; none is made any more. */
  async end(): Promise<void> {
    this.#hasEnded = true
    const open = [...this.#open]
    this.#open.clear()
    await Promise.allSettled(open.map(async (connection) => await connection.socket.close()))
  }
}

/** Data centres are told by their addresses; a name would be looked up past the check. */
function checkAddress(address: string, egress: Egress): void {
  if (isIP(address) === 0) throw new RangeError(`${address} is no address of a data centre`)
  egress.check(address)
}
