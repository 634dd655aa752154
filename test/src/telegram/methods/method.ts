import type { AuthKey } from '../session.ts'
import type { Faults } from '../faults.ts'
import type { MtProtoServer } from '../mtproto-server.ts'
import { RpcError } from '../rpc-error.ts'
import type { Session } from '../session.ts'
import { intOf, longOf, type TlObject, type TlValue } from '../tl/tl-value.ts'
import type { Box, Channel, Chat, Group, Person, Post } from '../world/entities.ts'
import type { World } from '../world/world.ts'

/** What a method has at hand. */
export interface MethodContext {
  readonly world: World
  readonly server: MtProtoServer
  readonly faults: Faults
  readonly logins: Logins
  readonly session: Session
}

/** A method that only somebody who is logged in may call. */
export interface OwnContext extends MethodContext {
  readonly me: Person
}

/** Logins in progress, and the data centres accounts are sent to. */
export interface Logins {
  readonly codes: Map<string, { readonly phone: string; readonly code: string }>
  readonly qrTokens: Map<string, Session>
  readonly exported: Map<string, { readonly userId: bigint; readonly dc: number }>
  /** Who was told that their account lives elsewhere, with the key they used. */
  readonly sentAway: Map<bigint, AuthKey>
  readonly uploads: Map<string, Map<number, Buffer>>
}

export type OpenMethod = (call: TlObject, context: MethodContext) => TlValue
export type OwnMethod = (call: TlObject, context: OwnContext) => TlValue

/** The chat that an InputPeer, InputUser or InputChannel names. @throws RpcError for one that is not there or a wrong hash */
export function chatNamed(input: TlObject, { world, me }: OwnContext): Chat {
  switch (input._) {
    case 'inputPeerSelf':
    case 'inputUserSelf':
      return me
    case 'inputPeerUser':
    case 'inputUser':
      return checked(world.people.get(longOf(input, 'user_id')), input)
    case 'inputPeerChat':
      return checked(world.groups.get(longOf(input, 'chat_id')), input)
    case 'inputPeerChannel':
    case 'inputChannel':
      return checked(world.channels.get(longOf(input, 'channel_id')), input)
    default:
      throw new RpcError(400, 'PEER_ID_INVALID')
  }
}

function checked(chat: Chat | undefined, input: TlObject): Chat {
  if (chat === undefined) throw new RpcError(400, 'PEER_ID_INVALID')
  if (chat.kind !== 'group' && longOf(input, 'access_hash') !== chat.accessHash)
    throw new RpcError(400, 'PEER_ID_INVALID')
  return chat
}

export function personNamed(input: TlObject, context: OwnContext): Person {
  const chat = chatNamed(input, context)
  if (chat.kind !== 'person') throw new RpcError(400, 'USER_ID_INVALID')
  return chat
}

export function channelNamed(input: TlObject, context: OwnContext): Channel {
  const chat = chatNamed(input, context)
  if (chat.kind !== 'channel') throw new RpcError(400, 'CHANNEL_INVALID')
  if (!chat.members.has(context.me.id)) throw new RpcError(400, 'CHANNEL_PRIVATE')
  return chat
}

export function groupNumbered(call: TlObject, { world }: OwnContext): Group {
  const group = world.groups.get(longOf(call, 'chat_id'))
  if (group === undefined) throw new RpcError(400, 'CHAT_ID_INVALID')
  return group
}

export function boxOf(chat: Chat, me: Person): Box {
  return chat.kind === 'channel' ? chat.box : me.box
}

/** @throws RpcError MESSAGE_ID_INVALID */
export function postNumbered(call: TlObject, field: string, box: Box): Post {
  const post = box.posts.get(intOf(call, field))
  if (post === undefined || post.isDeleted) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  return post
}

/** Does the post belong to that chat, as the account sees it? */
export function isIn(post: Post, chat: Chat, me: Person): boolean {
  if (chat.kind !== 'person') return post.chat === chat
  if (post.chat.kind !== 'person') return false
  return (post.author === me && post.chat === chat) || (post.author === chat && post.chat === me)
}
