import { BridgeError } from '../bridge-error.ts'
import type { OpenChatRequest } from '../network/connector.ts'
import { loginId } from '../network/ids.ts'
import { requirePower } from '../portal/require-power.ts'
import { roomName } from '../portal/room-name.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import type { Command, CommandRequest } from './command.ts'

export const startChat: Command = {
  name: 'start-chat',
  aliases: ['pm', 'join', 'query'],
  usage: 'start-chat CHAT',
  description: 'Open a chat or join a channel, and be brought into its room.',
  async run(request) {
    const { context } = request
    const portal = await context.enterChat(openRequest(request))
    return `You are in: ${roomName(context, portal)}`
  },
}

export const bridge: Command = {
  name: 'bridge',
  aliases: ['plumb'],
  usage: 'bridge CHAT',
  description: 'Bridge a chat into this room.',
  async run(request) {
    const { context, roomId, portal, userId } = request
    if (portal !== undefined) throw new BridgeError('This room is bridged already. Say `unbridge` first.')
    const prefix = context.connector.info.commandPrefix
    if (await context.users.isManagementRoom(roomId))
      throw new BridgeError(`This is the management room. Say \`${prefix} bridge CHAT\` in the room to be bridged.`)
    await requirePower(context, request)
    const open = context.connector.handlers.openChat
    if (open === undefined) throw new BridgeError('This network has no way to open chats from here.')
    const opened = await open(openRequest(request))
    await context.bridgeInto({ userId, roomId, isPlumbed: true }, opened)
    return 'This room is bridged now.'
  },
}

export const unbridge: Command = {
  name: 'unbridge',
  aliases: ['unplumb', 'unlink'],
  usage: 'unbridge',
  description: 'Stop bridging this room; the room stays.',
  async run(request) {
    const portal = requirePortal(request)
    await requirePower(request.context, request)
    await request.context.endPortal(portal, request.roomId)
    return 'This room is no longer bridged.'
  },
}

export const deletePortal: Command = {
  name: 'delete-portal',
  usage: 'delete-portal',
  description: 'Stop bridging this room and empty it.',
  async run(request) {
    const portal = requirePortal(request)
    await requirePower(request.context, request)
    const { context, roomId } = request
    await context.endPortal(portal, roomId)
    const people = [...(await context.members.joined(roomId))].filter((userId) => userId !== context.botUserId)
    for (const userId of people) {
      await context.api
        .changeMembership('kick', roomId, { userId, reason: 'the portal was deleted' })
        .catch(() => undefined)
    }
    await context.api.leave(roomId, {})
    return ''
  },
}

export const syncPortal: Command = {
  name: 'sync-portal',
  usage: 'sync-portal',
  description: 'Compare this room with the network and mend what differs.',
  async run(request) {
    const { context, userId } = request
    const portal = requirePortal(request)
    const client =
      context.logins.speakingFor(userId, portal.chat)?.client ?? context.connector.handlers.relay?.(portal.chat)
    if (client === undefined) throw new BridgeError('Nothing is connected to that chat.')
    context.members.forget(request.roomId)
    await context.applySnapshot(portal, await client.chatSnapshot(portal.chat))
    return 'Synchronised.'
  },
}

export const id: Command = {
  name: 'id',
  usage: 'id',
  description: 'Show which chat of the network this room is.',
  run: async (request) => {
    const { chat } = requirePortal(request)
    const { receiver } = chat
    // Logins go by phone numbers on some networks.
    const isShown =
      receiver !== undefined && (request.isAdmin || request.context.logins.ownerOf(receiver) === request.userId)
    return `\`${chat.chat}\`${isShown ? ` of login \`${receiver}\`` : ''}`
  },
}

function openRequest({ context, userId, args }: CommandRequest): OpenChatRequest {
  const own = context.logins.ofUser(userId)
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
