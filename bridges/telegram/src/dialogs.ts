import bigInt from 'big-integer'
import type { LoginId } from '@pons/core'
import { Api } from 'telegram'
import type { Reader } from './history.ts'
import { selfPeer } from './ids.ts'
import type { Box } from './protocol/counted.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'

/** The chats an account wrote or read in last, newest first, and where its channels stand. */
export async function recentChats(
  account: Reader,
  login: LoginId,
  limit: number,
): Promise<{
  readonly peers: readonly PeerKey[]
  readonly channels: readonly { readonly box: Box; readonly pts: number }[]
}> {
  const offset = { offsetDate: 0, offsetId: 0, offsetPeer: new Api.InputPeerEmpty(), hash: bigInt.zero }
  const answer = await account.call(new Api.messages.GetDialogs({ ...offset, limit: 100 }))
  if (answer instanceof Api.messages.DialogsNotModified) return { peers: [], channels: [] }
  const dialogs = answer.dialogs.filter((dialog) => dialog instanceof Api.Dialog)
  const peers = dialogs.map(({ peer }) => peerKeyOf(peer)).filter((peer) => peer !== selfPeer(login))
  const channels = dialogs.flatMap(({ peer, pts }) => {
    const key = peerKeyOf(peer)
    return key.startsWith('c') && pts !== undefined ? [{ box: key as Box, pts }] : []
  })
  return { peers: peers.slice(0, limit), channels }
}
