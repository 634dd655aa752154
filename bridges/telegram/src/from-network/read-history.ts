import bigInt from 'big-integer'
import type { BridgeHost, LoginId } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf, messageIdOf } from '../ids.ts'
import { isRefusal } from '../protocol/call.ts'
import type { Box } from '../protocol/counted.ts'
import type { Gap, HistoryEdge } from '../protocol/engine-options.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { UnknownPeerError, type Peers } from '../protocol/peers.ts'

/** What reading needs of an account. */
export interface Reader {
  readonly peers: Peers
  readonly call: <R extends Api.AnyRequest>(request: R, signal?: AbortSignal) => Promise<R['__response']>
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
 * The same by as many requests as it takes: a server names up to as many as it was asked for, and only an empty answer is the
 * beginning of the chat.
 */
export async function readUpTo(
  account: Reader,
  { peer, limit, before = 0 }: { readonly peer: PeerKey; readonly limit: number; readonly before?: number },
): Promise<readonly Api.TypeMessage[]> {
  const found: Api.TypeMessage[] = []
  for (let at = before; found.length < limit;) {
    const page = await readHistory(account, { peer, limit: Math.min(gapPage, limit - found.length), before: at })
    const oldest = oldestOf(page, at)
    if (oldest === undefined) return found
    found.push(...page.slice(0, limit - found.length))
    at = oldest
  }
  return found
}

/** Where the next page ends; undefined where there is none, also for a server that names the same ones again. */
function oldestOf(page: readonly Api.TypeMessage[], before: number): number | undefined {
  const oldest = page.at(-1)?.id
  return oldest === undefined || (before !== 0 && oldest >= before) ? undefined : oldest
}

/**
 * What a difference no longer tells: in each chat of the box, back from the newest message to one that is known. Oldest first.
 * Of a chat that the network tells nothing of any more nothing can be read, and the others do not wait for it.
 */
export async function readGap(
  account: Reader,
  host: BridgeHost,
  { box, login, sinceMs }: { readonly box: Box; readonly login: LoginId; readonly sinceMs: number },
): Promise<Gap> {
  const peers = box === '' ? await ownChats(host, login) : [box as PeerKey]
  const found: Api.TypeMessage[] = []
  const edges: HistoryEdge[] = []
  for (const peer of peers) {
    const { missed, isShort } = await readBackToKnown(account, host, { peer, login }).catch((error: unknown) => {
      // Of a channel's own box the account is told by the refusal.
      if (box !== '' || !(isRefusal(error) || error instanceof UnknownPeerError)) throw error
      edges.push({ peer, fromMs: sinceMs, toMs: host.now(), isRefused: true })
      return { missed: [], isShort: false }
    })
    found.push(...missed)
    const toMs = dateOf(missed.at(-1)) * 1000
    if (isShort && toMs > sinceMs) edges.push({ peer, fromMs: sinceMs, toMs })
  }
  return { messages: found.toSorted((a, b) => dateOf(a) - dateOf(b) || a.id - b.id), edges }
}

async function ownChats(host: BridgeHost, login: LoginId): Promise<PeerKey[]> {
  const portals = await host.portals()
  return portals.filter(({ chat }) => chat.receiver === login).map(({ chat }) => chat.chat as string as PeerKey)
}

async function readBackToKnown(
  account: Reader,
  host: BridgeHost,
  { peer, login }: { readonly peer: PeerKey; readonly login: LoginId },
): Promise<{ missed: Api.TypeMessage[]; isShort: boolean }> {
  const missed: Api.TypeMessage[] = []
  for (let before = 0; missed.length < maxGap;) {
    const page = await readHistory(account, { peer, limit: gapPage, before })
    for (const message of page) {
      if (await host.isKnown(chatKeyOf(peer, login), messageIdOf(peer, message.id, login)))
        return { missed, isShort: false }
      missed.push(message)
    }
    const oldest = oldestOf(page, before)
    if (oldest === undefined) return { missed, isShort: false }
    before = oldest
  }
  return { missed, isShort: true }
}

function dateOf(message: Api.TypeMessage | undefined): number {
  return message === undefined || message instanceof Api.MessageEmpty ? 0 : message.date
}
