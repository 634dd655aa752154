import type { BridgeHost, LoginId } from '@pons/core'
import bigInt from 'big-integer'
import { setTimeout as pause } from 'node:timers/promises'
import { Api } from 'telegram'
import type { PeerKey } from './protocol/peer-key.ts'
import { waitOf } from './protocol/wait-of.ts'
import type { Reader } from './reader.ts'

const groupsPerCall = 100

export interface MovedGroupsParts {
  readonly host: Pick<BridgeHost, 'portals'>
  readonly login: LoginId
  readonly account: Pick<Reader, 'call'>
  readonly signal: AbortSignal
}

/** Basic groups of an account that go on as supergroups. */
export class MovedGroups {
  readonly #parts: MovedGroupsParts

  constructor(parts: MovedGroupsParts) {
    this.#parts = parts
  }

  /**
   * The supergroups as which those go on that have rooms here, each with its group. Both sides say so by a message of their
   * own, but the supergroup's other messages may come first, or the account may not have been there.
   */
  async all(): Promise<ReadonlyMap<PeerKey, PeerKey>> {
    const { host, login, account, signal } = this.#parts
    const portals = await host.portals()
    const groups = portals.flatMap(({ chat }) =>
      chat.receiver === login && chat.chat.startsWith('g') ? [bigInt(chat.chat.slice(1))] : [],
    )
    const moved = new Map<PeerKey, PeerKey>()
    for (let at = 0; at < groups.length; at += groupsPerCall) {
      const request = new Api.messages.GetChats({ id: groups.slice(at, at + groupsPerCall) })
      const { chats } = await asked(account, request, signal)
      for (const chat of chats) {
        if (!(chat instanceof Api.Chat) || !(chat.migratedTo instanceof Api.InputChannel)) continue
        moved.set(`c${chat.migratedTo.channelId.toString()}`, `g${chat.id.toString()}`)
      }
    }
    return moved
  }
}

/** A room that was made meanwhile would stay beside the other: it is worth the wait that the network asks for. */
async function asked<R extends Api.AnyRequest>(
  account: Pick<Reader, 'call'>,
  request: R,
  signal: AbortSignal,
): Promise<R['__response']> {
  for (;;) {
    try {
      return await account.call(request)
    } catch (error) {
      const waitSeconds = waitOf(error)
      if (waitSeconds === undefined) throw error
      await pause(waitSeconds * 1000, undefined, { signal })
    }
  }
}
