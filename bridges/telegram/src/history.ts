import bigInt from 'big-integer'
import type { BridgeHost, LoginId } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf } from './ids.ts'
import type { Box } from './protocol/counted.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { Peers } from './protocol/peers.ts'

/** What reading needs of an account. */
export interface Reader {
  readonly peers: Peers
  call<R extends Api.AnyRequest>(request: R, signal?: AbortSignal): Promise<R['__response']>
}

const gapPage = 100
const maxGap = 1000

/** The newest messages of a chat, or those before one of them; newest first. */
export async function readHistory(
  account: Reader,
  { peer, limit, before = 0 }: { readonly peer: PeerKey; readonly limit: number; readonly before?: number },
): Promise<readonly Api.TypeMessage[]> {
  const request = new Api.messages.GetHistory({
    peer: await account.peers.input(peer),
    offsetId: before,
    offsetDate: 0,
    addOffset: 0,
    limit,
    maxId: 0,
    minId: 0,
    hash: bigInt.zero,
  })
  const answer = await account.call(request)
  return answer instanceof Api.messages.MessagesNotModified ? [] : answer.messages
}

/**
 * What a difference no longer tells: in each chat of the box, back from the newest message to one that is known. Oldest first.
 */
export async function readGap(
  account: Reader,
  host: BridgeHost,
  { box, login }: { readonly box: Box; readonly login: LoginId },
): Promise<readonly Api.TypeMessage[]> {
  const peers = box === '' ? await ownChats(host, login) : [box as PeerKey]
  const found: Api.TypeMessage[] = []
  for (const peer of peers) found.push(...(await readBackToKnown(account, host, { peer, login })))
  return found.toSorted((a, b) => dateOf(a) - dateOf(b) || a.id - b.id)
}

async function ownChats(host: BridgeHost, login: LoginId): Promise<PeerKey[]> {
  const portals = await host.portals()
  return portals.filter(({ chat }) => chat.receiver === login).map(({ chat }) => chat.chat as string as PeerKey)
}

async function readBackToKnown(
  account: Reader,
  host: BridgeHost,
  { peer, login }: { readonly peer: PeerKey; readonly login: LoginId },
): Promise<Api.TypeMessage[]> {
  const missed: Api.TypeMessage[] = []
  for (let before = 0; missed.length < maxGap;) {
    const page = await readHistory(account, { peer, limit: gapPage, before })
    for (const message of page) {
      if (await host.isKnown(chatKeyOf(peer, login), String(message.id))) return missed
      missed.push(message)
    }
    const oldest = page.at(-1)
    if (oldest === undefined || page.length < gapPage) return missed
    before = oldest.id
  }
  return missed
}

function dateOf(message: Api.TypeMessage): number {
  return message instanceof Api.MessageEmpty ? 0 : message.date
}
