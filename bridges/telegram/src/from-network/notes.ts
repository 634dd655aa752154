import { shownName, type Note } from '@pons/core'
import { Api } from 'telegram'
import { selfPeer } from '../ids.ts'
import type { People } from '../people.ts'
import { peerKeyOf, type PeerKey } from '../protocol/peer-key.ts'

/** What Telegram says about a message: where it comes from, and what of its own it answers. */
export async function notesOf(people: People, message: Api.Message): Promise<readonly Note[]> {
  const { fwdFrom, replyTo } = message
  const notes: Note[] = []
  if (fwdFrom instanceof Api.MessageFwdHeader) {
    notes.push({ text: await forwardWords(people, fwdFrom, message), isQuotation: true })
  }
  if (replyTo instanceof Api.MessageReplyStoryHeader) notes.push({ text: await storyWords(people, replyTo) })
  return notes
}

async function forwardWords(people: People, fwdFrom: Api.MessageFwdHeader, { peerId }: Api.Message): Promise<string> {
  const from = await originOf(people, fwdFrom)
  if (fwdFrom.imported === true)
    return `↪ Brought over from another app${from === undefined ? '' : `, said by ${from}`}`
  const words = from === undefined ? '↪ Forwarded' : `↪ Forwarded from ${from}`
  const saved = await savedFrom(people, fwdFrom, peerId)
  return saved === undefined || saved === from ? words : `${words}, saved from ${saved}`
}

/** Somebody, a channel with whoever signed the post, or no more than a name, where they do not want to be found. */
async function originOf(
  people: People,
  { fromId, fromName, postAuthor, psaType }: Api.MessageFwdHeader,
): Promise<string | undefined> {
  const name = fromId === undefined ? shownName(fromName ?? '') : await nameOf(people, peerKeyOf(fromId))
  const signed = shownName(postAuthor ?? '')
  const from = name === '' ? shownName(psaType ?? '') : name
  if (from === '') return signed === '' ? undefined : signed
  return signed === '' ? from : `${from} (${signed})`
}

/** In the chat with oneself: out of which chat it was taken. */
async function savedFrom(
  people: People,
  { savedFromPeer, savedFromName }: Api.MessageFwdHeader,
  peerId: Api.TypePeer,
): Promise<string | undefined> {
  if (peerKeyOf(peerId) !== selfPeer(people.login)) return undefined
  const name =
    savedFromPeer === undefined ? shownName(savedFromName ?? '') : await nameOf(people, peerKeyOf(savedFromPeer))
  return name === '' ? undefined : name
}

async function storyWords(people: People, { peer }: Api.MessageReplyStoryHeader): Promise<string> {
  const whose = peerKeyOf(peer)
  if (whose === selfPeer(people.login)) return '↩ Answers your story'
  const name = await nameOf(people, whose)
  return name === '' ? '↩ Answers a story' : `↩ Answers a story of ${name}`
}

/** Under which everybody knows them; '' where the account has never met them. */
async function nameOf(people: People, peer: PeerKey): Promise<string> {
  const { name, stopgapName } = await people.user(peer)
  return shownName(name ?? stopgapName ?? '')
}
