import type { BridgeHost } from '@pons/core'
import type { IrcNetwork } from '../network.ts'
import type { Networks } from '../networks.ts'
import type { OwnConnection } from '../own-connection.ts'

export interface CommandContext {
  readonly networks: () => Networks
  readonly host: () => BridgeHost
  readonly relayOf: (network: IrcNetwork) => OwnConnection | undefined
  /** The relay, dialled although it was given up. */
  readonly redial: (network: IrcNetwork) => OwnConnection | undefined
  /** The nick a person chose with `nick`, kept for the next start. */
  readonly keepNick: (client: OwnConnection, nick: string) => Promise<void>
}
