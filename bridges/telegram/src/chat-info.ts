import bigInt from 'big-integer'
import type { ChatMember, ChatSnapshot, LoginId } from '@pons/core'
import { Api } from 'telegram'
import type { Reader } from './history.ts'
import { selfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import { avatarOf, remoteUserOf } from './remote-people.ts'

const [adminLevel, creatorLevel] = [50, 95]
const maxMembers = 200

/** What a chat looks like by now, members included, as far as the account may see them. */
export async function readSnapshot(account: Reader, peer: PeerKey, login: LoginId): Promise<ChatSnapshot> {
  if (peer.startsWith('u')) return await directSnapshot(account, peer, login)
  const { about, members, isComplete } = peer.startsWith('g')
    ? await groupDetails(account, peer, login)
    : await channelDetails(account, peer, login)
  const record = await account.peers.get(peer)
  const avatar = record && avatarOf(peer, record, login)
  const isBroadcast = record?.isBroadcast === true
  return {
    kind: isBroadcast ? 'channel' : 'group',
    ...(record !== undefined && { name: record.name }),
    topic: about,
    ...(avatar !== undefined && { avatar }),
    members,
    membersComplete: isComplete,
    sendLevel: isBroadcast ? adminLevel : 0,
    topicLevel: adminLevel,
    joinRule: 'invite',
  }
}

async function directSnapshot({ peers }: Reader, peer: PeerKey, login: LoginId): Promise<ChatSnapshot> {
  const [other, self] = [await remoteUserOf(peers, peer, login), await remoteUserOf(peers, selfPeer(login), login)]
  const members =
    peer === selfPeer(login)
      ? [{ user: self, powerLevel: adminLevel }]
      : [{ user: other }, { user: self, powerLevel: adminLevel }]
  return { kind: 'direct', members, membersComplete: true, joinRule: 'invite' }
}

interface Details {
  readonly about: string
  readonly members: readonly ChatMember[]
  readonly isComplete: boolean
}

async function groupDetails(account: Reader, peer: PeerKey, login: LoginId): Promise<Details> {
  const answer = await account.call(new Api.messages.GetFullChat({ chatId: bigInt(peer.slice(1)) }))
  const { fullChat } = answer
  const listed = fullChat instanceof Api.ChatFull ? fullChat.participants : undefined
  const participants = listed instanceof Api.ChatParticipants ? listed.participants : []
  const members = participants.map(async (participant) => ({
    user: await remoteUserOf(account.peers, `u${participant.userId.toString()}`, login),
    powerLevel: groupLevel(participant),
  }))
  return { about: fullChat.about, members: await Promise.all(members), isComplete: participants.length > 0 }
}

function groupLevel(participant: Api.TypeChatParticipant): number {
  if (participant instanceof Api.ChatParticipantCreator) return creatorLevel
  return participant instanceof Api.ChatParticipantAdmin ? adminLevel : 0
}

async function channelDetails(account: Reader, peer: PeerKey, login: LoginId): Promise<Details> {
  const channel = await account.peers.channel(peer)
  if (channel === undefined) return { about: '', members: [], isComplete: false }
  const { fullChat } = await account.call(new Api.channels.GetFullChannel({ channel }))
  const record = await account.peers.get(peer)
  // Who reads a channel is not shown to its readers.
  const isShown =
    record?.isBroadcast !== true && fullChat instanceof Api.ChannelFull && fullChat.canViewParticipants === true
  if (!isShown) return { about: fullChat.about, members: [await selfMember(account, login)], isComplete: false }
  const page = { filter: new Api.ChannelParticipantsRecent(), offset: 0, limit: maxMembers, hash: bigInt.zero }
  const listed = await account.call(new Api.channels.GetParticipants({ channel, ...page }))
  if (!(listed instanceof Api.channels.ChannelParticipants))
    return { about: fullChat.about, members: [], isComplete: false }
  const members = listed.participants.flatMap((participant) => {
    const member = channelMember(participant)
    return member === undefined ? [] : [member]
  })
  const named = members.map(async ({ userPeer, powerLevel }) => ({
    user: await remoteUserOf(account.peers, userPeer, login),
    powerLevel,
  }))
  return { about: fullChat.about, members: await Promise.all(named), isComplete: listed.count <= maxMembers }
}

async function selfMember({ peers }: Reader, login: LoginId): Promise<ChatMember> {
  return { user: await remoteUserOf(peers, selfPeer(login), login) }
}

function channelMember(participant: Api.TypeChannelParticipant): { userPeer: PeerKey; powerLevel: number } | undefined {
  if (participant instanceof Api.ChannelParticipantLeft || participant instanceof Api.ChannelParticipantBanned)
    return undefined
  const userPeer: PeerKey = `u${participant.userId.toString()}`
  if (participant instanceof Api.ChannelParticipantCreator) return { userPeer, powerLevel: creatorLevel }
  return { userPeer, powerLevel: participant instanceof Api.ChannelParticipantAdmin ? adminLevel : 0 }
}
