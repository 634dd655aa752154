import { BridgeError, type Transmitted } from '@pons/core'
import { Api } from 'telegram'
import type { PeerKey } from '../protocol/peer-key.ts'
import { uploadFile } from '../protocol/upload.ts'
import type { TelegramAction } from './actions.ts'
import type { TransmitParts } from './transmit-parts.ts'

type Change = Extract<TelegramAction, { kind: 'name' | 'topic' | 'avatar' | 'invite' | 'remove' | 'admin' }>

interface Where {
  readonly peer: PeerKey
  readonly signal: AbortSignal
}

/** Changes a group or channel: what it is called, and who is in it. Basic groups and channels have requests of their own. */
export async function changeGroup(parts: TransmitParts, action: Change, where: Where): Promise<Transmitted> {
  if (where.peer.startsWith('u')) throw new BridgeError('a private chat has nothing of that kind to change')
  const request = await requestFor(parts, action, where)
  const answer = await parts.call(request, where.signal)
  const avatarId = action.kind === 'avatar' ? photoIn(answer, where.peer) : undefined
  return { isConfirmed: true, ...(avatarId !== undefined && { avatarId }) }
}

/** The picture that a chat has by now, as the answer to a change names it. */
function photoIn(answer: unknown, peer: PeerKey): string | undefined {
  if (!(answer instanceof Api.Updates)) return undefined
  for (const chat of answer.chats) {
    const isChat = chat instanceof Api.Chat || chat instanceof Api.Channel
    if (isChat && chat.id.toString() === peer.slice(1) && chat.photo instanceof Api.ChatPhoto)
      return chat.photo.photoId.toString()
  }
  return undefined
}

async function requestFor(parts: TransmitParts, action: Change, { peer, signal }: Where): Promise<Api.AnyRequest> {
  const input = await parts.peers.input(peer)
  switch (action.kind) {
    case 'topic':
      return new Api.messages.EditChatAbout({ peer: input, about: action.text })
    case 'name':
      return input instanceof Api.InputPeerChat
        ? new Api.messages.EditChatTitle({ chatId: input.chatId, title: action.text })
        : new Api.channels.EditTitle({ channel: channelOf(input), title: action.text })
    case 'avatar': {
      const photo = await photoOf(parts, action.mxc, signal)
      return input instanceof Api.InputPeerChat
        ? new Api.messages.EditChatPhoto({ chatId: input.chatId, photo })
        : new Api.channels.EditPhoto({ channel: channelOf(input), photo })
    }
    default:
      return await memberRequest(parts, action, input)
  }
}

async function memberRequest(
  { peers }: TransmitParts,
  action: Extract<Change, { kind: 'invite' | 'remove' | 'admin' }>,
  input: Api.TypeInputPeer,
): Promise<Api.AnyRequest> {
  const participant = await peers.input(action.peer as PeerKey)
  if (!(participant instanceof Api.InputPeerUser)) throw new BridgeError('only people can be members of a group')
  const isAdmin = action.kind === 'admin' && action.isAdmin
  const userId = new Api.InputUser({ userId: participant.userId, accessHash: participant.accessHash })
  if (input instanceof Api.InputPeerChat) {
    const { chatId } = input
    if (action.kind === 'invite') return new Api.messages.AddChatUser({ chatId, userId, fwdLimit: 100 })
    if (action.kind === 'remove') return new Api.messages.DeleteChatUser({ chatId, userId })
    return new Api.messages.EditChatAdmin({ chatId, userId, isAdmin })
  }
  const channel = channelOf(input)
  if (action.kind === 'invite') return new Api.channels.InviteToChannel({ channel, users: [userId] })
  if (action.kind === 'remove') {
    const bannedRights = new Api.ChatBannedRights({ untilDate: 0, viewMessages: true })
    return new Api.channels.EditBanned({ channel, participant, bannedRights })
  }
  return new Api.channels.EditAdmin({ channel, userId, rank: '', adminRights: rights(isAdmin) })
}

/** What a moderator of a Matrix room may do, and no more. */
function rights(isAdmin: boolean): Api.ChatAdminRights {
  if (!isAdmin) return new Api.ChatAdminRights({})
  return new Api.ChatAdminRights({
    changeInfo: true,
    deleteMessages: true,
    banUsers: true,
    inviteUsers: true,
    pinMessages: true,
  })
}

async function photoOf(
  { host, call, maxBytes }: TransmitParts,
  mxc: string | undefined,
  signal: AbortSignal,
): Promise<Api.TypeInputChatPhoto> {
  if (mxc === undefined) return new Api.InputChatPhotoEmpty()
  const { bytes } = await host.download(mxc, maxBytes)
  return new Api.InputChatUploadedPhoto({
    file: await uploadFile((request) => call(request, signal), bytes, 'photo.jpg'),
  })
}

function channelOf(input: Api.TypeInputPeer): Api.InputChannel {
  if (!(input instanceof Api.InputPeerChannel)) throw new BridgeError('that chat has no members to change')
  return new Api.InputChannel({ channelId: input.channelId, accessHash: input.accessHash })
}
