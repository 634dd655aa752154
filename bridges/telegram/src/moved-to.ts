import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { PeerKey } from './protocol/peer-key.ts'
import type { Reader } from './reader.ts'

/** As which supergroup a basic group goes on; undefined for one that does not. */
export async function movedTo(account: Pick<Reader, 'call'>, group: PeerKey): Promise<PeerKey | undefined> {
  const { chats } = await account.call(new Api.messages.GetChats({ id: [bigInt(group.slice(1))] }))
  const moved = chats.find((chat) => chat instanceof Api.Chat && chat.id.toString() === group.slice(1))
  if (!(moved instanceof Api.Chat) || !(moved.migratedTo instanceof Api.InputChannel)) return undefined
  // The group names it; what it is like, and how it is asked, it says itself.
  await account.call(new Api.channels.GetChannels({ id: [moved.migratedTo] }))
  return `c${moved.migratedTo.channelId.toString()}`
}
