import type { JsonObject } from '@pons/matrix'
import type { MatrixPerson } from '../matrix/matrix-person.ts'
import type { LoopbackChat } from './loopback-chat.ts'

/**
 * A network's loopback side with people on it, as suites and demo drive it: each suite is written once, against this, and
 * run for every network.
 */
export interface LoopbackNetwork extends AsyncDisposable {
  /** Network id: `irc`. */
  readonly id: string
  readonly botLocalpart: string
  /** `networks.<id>` of pons.yaml, pointing at this side. */
  readonly settings: JsonObject
  /** Steps of the framework that nothing on this network leads to, and why. */
  readonly withoutSteps: Readonly<Record<string, string>>
  /** Does what is said while the bridge is away reach it later? */
  readonly keepsHistory: boolean
  /** How many Matrix people can speak here at the same time: with a relay several, with a login its owner. */
  readonly speakers: number
  /** Brings people onto the network, by what they say and do in Matrix, and into its chats. To be called once. */
  enter(people: readonly MatrixPerson[]): Promise<readonly LoopbackChat[]>
  /**
   * A chat that everybody who entered reads, in one room, and in which only the first of them, and the other person, may
   * write; absent where the network has none. To be called once.
   */
  readonly enterBroadcast?: () => Promise<LoopbackChat>
  /**
   * A chat that was never heard of, in which the other person has said one line, which may be one that disappears at once.
   * Resolves when the bridge can hear of it: `reader` is in the chat's room or will be brought there.
   */
  newChat(reader: MatrixPerson, how: { readonly disappears: boolean }): Promise<void>
  /** Between two lines of a speaker, when they speak in one chat: slow enough that the bridge can catch up with what it missed. */
  readonly pauseMs: number
  readonly faults: LoopbackFaults
  /** What the network holds against its client, in words; empty for a client that behaves. */
  violations(): readonly string[]
  /** What the side must be started with to be there again with the same accounts, keys and messages, after it has ended. */
  save(): SavedSide
}

export interface SavedSide {
  /** undefined where the network keeps nothing that a client relies on. */
  readonly server: Uint8Array | undefined
  /** Of the chats, as `enter` returned them. */
  readonly roomIds: readonly string[]
}

/** What can go wrong on the way to the network; absent where the network's protocol has no such thing. */
export interface LoopbackFaults {
  /** How many of those that were asked for below have not happened yet. */
  readonly outstanding: () => number
  /** Every connection ends at once. */
  readonly disconnect: () => Promise<void>
  /** The next message to the bridge comes twice. */
  readonly duplicateNext?: () => void
  /** The next message to the bridge is withheld until the one after it. */
  readonly reorderNext?: () => void
  /** The next message to the bridge cannot be decrypted: it must be asked for again. */
  readonly corruptNext?: () => void
  /** The next message to the bridge is not pushed: it must be missed, and asked for. */
  readonly loseNext?: () => void
  /** The next action of the bridge is done, and its answer lost with the connection. */
  readonly loseNextAnswer?: () => void
  /** What the bridge sends is not taken until the returned function is called. */
  readonly hang?: () => () => void
  /** Something that no client can make sense of is sent. */
  readonly malformed: () => void
  /** The network ends the login. */
  readonly revoke?: () => Promise<void>
}
