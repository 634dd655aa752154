import { shownName, type Note } from '@pons/core'
import { Api } from 'telegram'
import { selfPeer } from './ids.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import type { RemoteContext } from './remote-context.ts'
import { remoteUserOf } from './remote-people.ts'

/** What Telegram says about a message: where it comes from, and what of its own it answers. */
export async function notesOf(context: RemoteContext, message: Api.Message): Promise<readonly Note[]> {
  const { fwdFrom, replyTo } = message
  const notes: Note[] = []
  if (fwdFrom instanceof Api.MessageFwdHeader) {
    notes.push({ text: await forwardWords(context, fwdFrom, message), isQuotation: true })
  }
  if (replyTo instanceof Api.MessageReplyStoryHeader) notes.push({ text: await storyWords(context, replyTo) })
  return notes
}

async function forwardWords(
  context: RemoteContext,
  fwdFrom: Api.MessageFwdHeader,
  { peerId }: Api.Message,
): Promise<string> {
  const from = await originOf(context, fwdFrom)
  if (fwdFrom.imported === true)
    return `↪ Brought over from another app${from === undefined ? '' : `, said by ${from}`}`
  const words = from === undefined ? '↪ Forwarded' : `↪ Forwarded from ${from}`
  const saved = await savedFrom(context, fwdFrom, peerId)
  return saved === undefined || saved === from ? words : `${words}, saved from ${saved}`
}

/** Somebody, a channel with whoever signed the post, or no more than a name, where they do not want to be found. */
async function originOf(
  context: RemoteContext,
  { fromId, fromName, postAuthor, psaType }: Api.MessageFwdHeader,
): Promise<string | undefined> {
  const name = fromId === undefined ? shownName(fromName ?? '') : await nameOf(context, peerKeyOf(fromId))
  const signed = shownName(postAuthor ?? '')
  const from = name === '' ? shownName(psaType ?? '') : name
  if (from === '') return signed === '' ? undefined : signed
  return signed === '' ? from : `${from} (${signed})`
}

/** In the chat with oneself: out of which chat it was taken. */
async function savedFrom(
  context: RemoteContext,
  { savedFromPeer, savedFromName }: Api.MessageFwdHeader,
  peerId: Api.TypePeer,
): Promise<string | undefined> {
  if (peerKeyOf(peerId) !== selfPeer(context.login)) return undefined
  const name =
    savedFromPeer === undefined ? shownName(savedFromName ?? '') : await nameOf(context, peerKeyOf(savedFromPeer))
  return name === '' ? undefined : name
}

async function storyWords(context: RemoteContext, { peer }: Api.MessageReplyStoryHeader): Promise<string> {
  const whose = peerKeyOf(peer)
  if (whose === selfPeer(context.login)) return '↩ Answers your story'
  const name = await nameOf(context, whose)
  return name === '' ? '↩ Answers a story' : `↩ Answers a story of ${name}`
}

/** Under which everybody knows them; '' where the account has never met them. */
async function nameOf({ peers, login }: RemoteContext, peer: PeerKey): Promise<string> {
  const { name, stopgapName } = await remoteUserOf(peers, peer, login)
  return shownName(name ?? stopgapName ?? '')
}
