import { BridgeError } from '../bridge-error.ts'
import type { NetworkConnector, OpenChatRequest } from '../network/connector.ts'
import { loginId } from '../network/ids.ts'
import type { Logins } from '../login/logins.ts'
import type { OwnUsers } from '../matrix-side/own-users.ts'
import type { Naming } from '../portal/alias-of.ts'
import type { ApplySnapshot } from '../portal/apply-snapshot.ts'
import type { BridgeInto } from '../portal/bridge-into.ts'
import type { EndPortal } from '../portal/end-portal.ts'
import type { EnterChat } from '../portal/enter-chat.ts'
import { requirePower, type PowerParts } from '../portal/require-power.ts'
import type { RoomMembers } from '../portal/room-members.ts'
import { roomName } from '../portal/room-name.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { UserStore } from '../storage/user-store.ts'
import type { Command, CommandRequest } from './command.ts'

interface OfLogins {
  readonly logins: Logins
}

export interface StartChatParts extends OfLogins, Naming {
  readonly enterChat: EnterChat
}

export interface BridgeParts extends OfLogins, PowerParts {
  readonly connector: NetworkConnector
  readonly users: UserStore
  readonly bridgeInto: BridgeInto
}

export interface UnbridgeParts extends PowerParts {
  readonly endPortal: EndPortal
}

export interface DeletePortalParts extends UnbridgeParts {
  readonly members: RoomMembers
  readonly ownUsers: OwnUsers
}

export interface SyncPortalParts extends OfLogins {
  readonly connector: NetworkConnector
  readonly members: RoomMembers
  readonly applySnapshot: ApplySnapshot
}

export const startChat: Command<StartChatParts> = {
  name: 'start-chat',
  aliases: ['pm', 'join', 'query'],
  usage: 'start-chat CHAT',
  description: 'Open a chat or join a channel, and be brought into its room.',
  async run(request, parts) {
    const portal = await parts.enterChat(openRequest(request, parts))
    return `You are in: ${roomName(parts, portal)}`
  },
}

export const bridge: Command<BridgeParts> = {
  name: 'bridge',
  aliases: ['plumb'],
  usage: 'bridge CHAT',
  description: 'Bridge a chat into this room.',
  async run(request, parts) {
    const { roomId, portal, userId } = request
    const { connector, users, bridgeInto } = parts
    if (portal !== undefined) throw new BridgeError('This room is bridged already. Say `unbridge` first.')
    const prefix = connector.info.commandPrefix
    if (await users.isManagementRoom(roomId))
      throw new BridgeError(`This is the management room. Say \`${prefix} bridge CHAT\` in the room to be bridged.`)
    await requirePower(parts, request)
    const open = connector.handlers.openChat
    if (open === undefined) throw new BridgeError('This network has no way to open chats from here.')
    const opened = await open(openRequest(request, parts))
    await bridgeInto({ userId, roomId, isPlumbed: true }, opened)
    return 'This room is bridged now.'
  },
}

export const unbridge: Command<UnbridgeParts> = {
  name: 'unbridge',
  aliases: ['unplumb', 'unlink'],
  usage: 'unbridge',
  description: 'Stop bridging this room; the room stays.',
  async run(request, parts) {
    const portal = requirePortal(request)
    await requirePower(parts, request)
    await parts.endPortal(portal, request.roomId)
    return 'This room is no longer bridged.'
  },
}

export const deletePortal: Command<DeletePortalParts> = {
  name: 'delete-portal',
  usage: 'delete-portal',
  description: 'Stop bridging this room and empty it.',
  async run(request, parts) {
    const portal = requirePortal(request)
    await requirePower(parts, request)
    const { roomId } = request
    const { api, members, ownUsers, endPortal } = parts
    await endPortal(portal, roomId)
    const people = [...(await members.joined(roomId))].filter((userId) => userId !== ownUsers.botUserId)
    for (const userId of people) {
      await api.changeMembership('kick', roomId, { userId, reason: 'the portal was deleted' }).catch(() => undefined)
    }
    await api.leave(roomId, {})
    return ''
  },
}

export const syncPortal: Command<SyncPortalParts> = {
  name: 'sync-portal',
  usage: 'sync-portal',
  description: 'Compare this room with the network and mend what differs.',
  async run(request, { logins, connector, members, applySnapshot }) {
    const portal = requirePortal(request)
    const client = logins.speakingFor(request.userId, portal.chat)?.client ?? connector.handlers.relay?.(portal.chat)
    if (client === undefined) throw new BridgeError('Nothing is connected to that chat.')
    members.forget(request.roomId)
    await applySnapshot(portal, await client.chatSnapshot(portal.chat))
    return 'Synchronised.'
  },
}

export const id: Command<OfLogins> = {
  name: 'id',
  usage: 'id',
  description: 'Show which chat of the network this room is.',
  run: async (request, { logins }) => {
    const { chat } = requirePortal(request)
    const { receiver } = chat
    // Logins go by phone numbers on some networks.
    const isShown = receiver !== undefined && (request.isAdmin || logins.ownerOf(receiver) === request.userId)
    return `\`${chat.chat}\`${isShown ? ` of login \`${receiver}\`` : ''}`
  },
}

function openRequest({ userId, args }: CommandRequest, { logins }: OfLogins): OpenChatRequest {
  const own = logins.ofUser(userId)
  const named = own.find(({ record }) => record.id === loginId(args[0] ?? ''))
  const words = named === undefined ? args : args.slice(1)
  if (words.length === 0) throw new BridgeError('Which chat? Name a channel or a person.')
  const login = named ?? own[0]
  return { identifier: words.join(' '), requestedBy: userId, ...(login && { login: login.record.id }) }
}

function requirePortal({ portal }: CommandRequest): PortalRecord {
  if (portal === undefined) throw new BridgeError('This room is not bridged.')
  return portal
}
