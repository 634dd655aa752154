import type { BridgeHost, LoginId } from '@pons/core'
import { Api } from 'telegram'
import { chatKeyOf, messageIdOf } from '../ids.ts'
import type { Box } from '../protocol/counted.ts'
import type { Gap, HistoryEdge } from '../protocol/engine-options.ts'
import { isRefusal } from '../protocol/is-refusal.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { UnknownPeerError } from '../protocol/unknown-peer-error.ts'
import type { Reader } from '../reader.ts'
import { oldestOf } from './oldest-of.ts'
import { readHistory } from './read-history.ts'

const gapPage = 100
const maxGap = 1000

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
