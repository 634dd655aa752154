import { BridgeError } from '../bridge-error.ts'
import type { OpenedChat } from '../network/connector.ts'
import { loginId } from '../network/ids.ts'
import { applySnapshot } from '../portal/apply-snapshot.ts'
import { aliasOf, ensureRoom } from '../portal/create-room.ts'
import { inviteUser } from '../portal/invite-user.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import type { Command, CommandRequest } from './command.ts'

export const startChat: Command = {
  name: 'start-chat',
  aliases: ['pm', 'join', 'query'],
  usage: 'start-chat CHAT',
  description: 'Open a chat or join a channel, and be brought into its room.',
  async run(request) {
    const { context, userId } = request
    const opened = await openChat(request)
    const portal = await ensureRoom(context, opened.chat, opened.snapshot)
    await inviteUser(context, portal.roomId, userId)
    return `You are in: ${aliasOf(context, opened.chat)}`
  },
}

export const bridge: Command = {
  name: 'bridge',
  aliases: ['plumb'],
  usage: 'bridge CHAT',
  description: 'Bridge a chat into this room.',
  async run(request) {
    const { context, roomId, portal } = request
    if (portal !== undefined) throw new BridgeError('This room is bridged already. Say `unbridge` first.')
    if (await context.users.isManagementRoom(roomId))
      throw new BridgeError('This is the management room; say it in another room.')
    await requirePower(request)
    const opened = await openChat(request)
    const known = await context.db.transaction((tx) => context.portals.ensure(tx, opened.chat))
    if (known.roomId !== undefined)
      throw new BridgeError(`That chat has a room already: ${aliasOf(context, opened.chat)}`)
    const made = await context.portals.setRoom(known, roomId, true)
    context.members.forget(roomId)
    await applySnapshot(context, made, opened.snapshot)
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
    await requirePower(request)
    await detach(request, portal)
    return 'This room is no longer bridged.'
  },
}

export const deletePortal: Command = {
  name: 'delete-portal',
  usage: 'delete-portal',
  description: 'Stop bridging this room and empty it.',
  async run(request) {
    const portal = requirePortal(request)
    await requirePower(request)
    await detach(request, portal)
    const { context, roomId } = request
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
    await applySnapshot(context, portal, await client.chatSnapshot(portal.chat))
    return 'Synchronised.'
  },
}

export const id: Command = {
  name: 'id',
  usage: 'id',
  description: 'Show which chat of the network this room is.',
  run: async (request) => {
    const { chat } = requirePortal(request)
    return `\`${chat.chat}\`${chat.receiver === undefined ? '' : ` of login \`${chat.receiver}\``}`
  },
}

async function openChat({ context, userId, args }: CommandRequest): Promise<OpenedChat> {
  const open = context.connector.handlers.openChat
  if (open === undefined) throw new BridgeError('This network has no way to open chats from here.')
  const own = context.logins.ofUser(userId)
  const named = own.find(({ record }) => record.id === loginId(args[0] ?? ''))
  const words = named === undefined ? args : args.slice(1)
  if (words.length === 0) throw new BridgeError('Which chat? Name a channel or a person.')
  const login = named ?? own[0]
  return await open({ identifier: words.join(' '), requestedBy: userId, ...(login && { login: login.record.id }) })
}

function requirePortal({ portal }: CommandRequest): PortalRecord {
  if (portal === undefined) throw new BridgeError('This room is not bridged.')
  return portal
}

/** Who may change what a room is bridged to: those who may change its settings. */
async function requirePower({ context, roomId, userId }: CommandRequest): Promise<void> {
  if (context.settings.admins.includes(userId)) return
  const levels = (await context.api.getState(roomId, 'm.room.power_levels')) ?? {}
  const users = (levels['users'] ?? {}) as Record<string, number>
  const fallback = levels['users_default']
  const needed = typeof levels['state_default'] === 'number' ? levels['state_default'] : 50
  if ((users[userId] ?? (typeof fallback === 'number' ? fallback : 0)) >= needed) return
  throw new BridgeError('You need to be a moderator of this room for that.', { reason: 'm.no_permission' })
}

async function detach({ context, roomId }: CommandRequest, portal: PortalRecord): Promise<void> {
  await context.connector.handlers.closeChat?.(portal.chat)
  const joined = await context.members.joined(roomId)
  const ghosts = [...joined].filter((userId) => context.ghosts.isGhost(userId))
  for (const ghost of ghosts) await context.members.ensureLeft(roomId, ghost)
  if (!portal.isPlumbed) await context.api.removeAlias(aliasOf(context, portal.chat))
  await context.portals.setRoom(portal, undefined)
  context.members.forget(roomId)
}
