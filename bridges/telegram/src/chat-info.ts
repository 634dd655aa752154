import type { ChatMember, ChatSnapshot } from '@pons/core'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { selfPeer } from './ids.ts'
import type { People } from './people.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { Reader } from './reader.ts'

const [adminLevel, creatorLevel] = [50, 95]
const maxMembers = 200

/** What a chat looks like by now, members included, as far as the account may see them. */
export async function readSnapshot(
  account: Pick<Reader, 'call'>,
  people: People,
  peer: PeerKey,
): Promise<ChatSnapshot> {
  if (peer.startsWith('u')) return { ...(await people.snapshot(peer)), membersComplete: true, joinRule: 'invite' }
  const { about, members, isComplete, ...full } = peer.startsWith('g')
    ? await groupDetails(account, people, peer)
    : await channelDetails(account, people, peer)
  const record = await people.peers.get(peer)
  const avatar = record && people.avatar(peer, record)
  const isBroadcast = record?.isBroadcast === true
  return {
    kind: isBroadcast ? 'channel' : 'group',
    ...(record !== undefined && { name: record.name }),
    ...(about !== undefined && { topic: about }),
    ...(avatar !== undefined && { avatar }),
    ...('ttlPeriod' in full && { disappearAfterMs: (full.ttlPeriod ?? 0) * 1000 }),
    members,
    membersComplete: isComplete,
    ...(record !== undefined && { sendLevel: isBroadcast ? adminLevel : 0 }),
    topicLevel: adminLevel,
    joinRule: 'invite',
  }
}

interface Details {
  /** undefined: not known. */
  readonly about?: string
  /** Seconds after which messages disappear; undefined: they stay. */
  readonly ttlPeriod?: number | undefined
  readonly members: readonly ChatMember[]
  readonly isComplete: boolean
}

async function groupDetails(account: Pick<Reader, 'call'>, people: People, peer: PeerKey): Promise<Details> {
  const answer = await account.call(new Api.messages.GetFullChat({ chatId: bigInt(peer.slice(1)) }))
  const { fullChat } = answer
  const listed = fullChat instanceof Api.ChatFull ? fullChat.participants : undefined
  const participants = listed instanceof Api.ChatParticipants ? listed.participants : []
  const members = participants.map(async (participant) => ({
    user: await people.user(`u${participant.userId.toString()}`),
    powerLevel: groupLevel(participant),
  }))
  const { about, ttlPeriod } = fullChat
  const own = answer.chats.find((chat) => chat instanceof Api.Chat && chat.id.equals(fullChat.id))
  const count = own instanceof Api.Chat ? own.participantsCount : 0
  const isComplete = participants.length > 0 && participants.length >= count
  return { about, ttlPeriod, members: await Promise.all(members), isComplete }
}

function groupLevel(participant: Api.TypeChatParticipant): number {
  if (participant instanceof Api.ChatParticipantCreator) return creatorLevel
  return participant instanceof Api.ChatParticipantAdmin ? adminLevel : 0
}

async function channelDetails(account: Pick<Reader, 'call'>, people: People, peer: PeerKey): Promise<Details> {
  const channel = await people.peers.channel(peer)
  if (channel === undefined) return { members: [], isComplete: false }
  const { fullChat, chats } = await account.call(new Api.channels.GetFullChannel({ channel }))
  const record = await people.peers.get(peer)
  // Who reads a channel is not shown to its readers.
  const isShown =
    record?.isBroadcast !== true && fullChat instanceof Api.ChannelFull && fullChat.canViewParticipants === true
  const own = chats.find((chat) => chat instanceof Api.Channel && chat.id.equals(channel.channelId))
  const { about, ttlPeriod } = fullChat
  if (!isShown) return { about, ttlPeriod, members: [await selfMember(people, own)], isComplete: false }
  const listed = await readParticipants(account, channel)
  const members = listed.participants.flatMap((participant) => {
    const member = channelMember(participant)
    return member === undefined ? [] : [member]
  })
  const named = members.map(async ({ userPeer, powerLevel }) => ({
    user: await people.user(userPeer),
    powerLevel,
  }))
  return { about, ttlPeriod, members: await Promise.all(named), isComplete: listed.isComplete }
}

interface Participants {
  readonly participants: readonly Api.TypeChannelParticipant[]
  /** True: these are all. */
  readonly isComplete: boolean
}

/** By as many requests as it takes: a server names up to as many as it was asked for, and fewer than there are where it hides some. */
async function readParticipants(account: Pick<Reader, 'call'>, channel: Api.InputChannel): Promise<Participants> {
  const participants: Api.TypeChannelParticipant[] = []
  const filter = new Api.ChannelParticipantsRecent()
  for (let count = Infinity; participants.length < Math.min(count, maxMembers);) {
    const page = { offset: participants.length, limit: maxMembers - participants.length, hash: bigInt.zero }
    const listed = await account.call(new Api.channels.GetParticipants({ channel, filter, ...page }))
    if (!(listed instanceof Api.channels.ChannelParticipants)) break
    if (listed.participants.length === 0) return { participants, isComplete: listed.count <= participants.length }
    participants.push(...listed.participants)
    count = listed.count
    if (participants.length >= count) return { participants, isComplete: true }
  }
  return { participants, isComplete: false }
}

/** Of a list that is not shown, the account knows its own place: its owner may write where only some may. */
async function selfMember(people: People, chat: Api.TypeChat | undefined): Promise<ChatMember> {
  const user = await people.user(selfPeer(people.login))
  // A part of a channel says nothing of rights.
  return chat instanceof Api.Channel && !chat.min ? { user, powerLevel: ownLevel(chat) } : { user }
}

function ownLevel({ creator, adminRights }: Api.Channel): number {
  if (creator === true) return creatorLevel
  return adminRights === undefined ? 0 : adminLevel
}

function channelMember(participant: Api.TypeChannelParticipant): { userPeer: PeerKey; powerLevel: number } | undefined {
  if (participant instanceof Api.ChannelParticipantLeft || participant instanceof Api.ChannelParticipantBanned)
    return undefined
  const userPeer: PeerKey = `u${participant.userId.toString()}`
  if (participant instanceof Api.ChannelParticipantCreator) return { userPeer, powerLevel: creatorLevel }
  return { userPeer, powerLevel: participant instanceof Api.ChannelParticipantAdmin ? adminLevel : 0 }
}
