import type { LoginId } from '@pons/core'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { selfPeer } from '../ids.ts'
import type { Box } from '../protocol/counted.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'
import type { Reader } from '../reader.ts'

/** As many as are looked at. */
const maxDialogs = 100

/** The chats an account wrote or read in last, newest first, and where its channels stand. */
export async function recentChats(
  account: Reader,
  login: LoginId,
  limit: number,
): Promise<{
  readonly peers: readonly PeerKey[]
  readonly channels: readonly { readonly box: Box; readonly pts: number }[]
}> {
  const dialogs = await readDialogs(account)
  const peers = [...dialogs.keys()].filter((peer) => peer !== selfPeer(login))
  const channels = [...dialogs].flatMap(([key, { pts }]) =>
    key.startsWith('c') && pts !== undefined ? [{ box: key as Box, pts }] : [],
  )
  return { peers: peers.slice(0, limit), channels }
}

type Place = Pick<Api.messages.GetDialogs, 'offsetDate' | 'offsetId' | 'offsetPeer'>

/** By as many requests as it takes: a server names up to as many as it was asked for. */
async function readDialogs(account: Reader): Promise<ReadonlyMap<PeerKey, Api.Dialog>> {
  const found = new Map<PeerKey, Api.Dialog>()
  let place: Place | undefined = { offsetDate: 0, offsetId: 0, offsetPeer: new Api.InputPeerEmpty() }
  while (place !== undefined && found.size < maxDialogs) {
    const before = found.size
    const limit = maxDialogs - found.size
    const answer: Api.messages.TypeDialogs = await account.call(
      new Api.messages.GetDialogs({ ...place, hash: bigInt.zero, limit }),
    )
    if (answer instanceof Api.messages.DialogsNotModified) break
    for (const dialog of answer.dialogs) {
      if (dialog instanceof Api.Dialog && !found.has(peerKeyOf(dialog.peer))) found.set(peerKeyOf(dialog.peer), dialog)
    }
    // An answer that is no slice names all there are; one with nothing new is the end of them.
    const isEnd: boolean = answer instanceof Api.messages.Dialogs || found.size === before
    place = isEnd ? undefined : await placeBehind(account, answer)
  }
  return found
}

/** The next page begins behind the newest message of the last chat whose message is named. */
async function placeBehind(
  account: Reader,
  { dialogs, messages }: Pick<Api.messages.DialogsSlice, 'dialogs' | 'messages'>,
): Promise<Place | undefined> {
  for (const { peer, topMessage } of dialogs.toReversed()) {
    const key = peerKeyOf(peer)
    const newest = messages.find(
      (message) =>
        !(message instanceof Api.MessageEmpty) && message.id === topMessage && peerKeyOf(message.peerId) === key,
    )
    if (newest === undefined || newest instanceof Api.MessageEmpty) continue
    return { offsetDate: newest.date, offsetId: topMessage, offsetPeer: await account.peers.input(key) }
  }
  return undefined
}
