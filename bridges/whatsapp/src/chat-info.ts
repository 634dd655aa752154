import type { ChatSnapshot, RemoteAvatar, RemoteUser } from '@pons/core'
import { isGroup, type Jid } from './ids.ts'
import { askForGroup } from './protocol/group.ts'
import type { Socket } from './protocol/open-socket.ts'
import { pictureOf } from './protocol/picture.ts'
import { knownSnapshot, type AccountContext } from './remote-context.ts'

/** The whole of a chat, asked for. */
export async function readSnapshot(context: AccountContext, socket: Socket, chat: Jid): Promise<ChatSnapshot> {
  if (!isGroup(chat)) {
    const known = knownSnapshot(context, chat)
    const [other, ...rest] = known.members ?? []
    const user = await readUser(context, socket, chat)
    return { ...known, members: [{ ...other, user }, ...rest] }
  }
  const metadata = await askForGroup(socket, chat)
  context.groups.learnAnswer(metadata)
  context.timers.learnGroup(metadata, context.host.now())
  const avatar = await avatarOf(context, socket, chat)
  return { ...knownSnapshot(context, chat), ...(avatar !== undefined && { avatar }) }
}

export async function readUser(context: AccountContext, socket: Socket, jid: Jid): Promise<RemoteUser> {
  const avatar = await avatarOf(context, socket, jid)
  if (avatar !== undefined) context.people.learnPicture(jid, avatar && avatar.id)
  return { ...context.people.user(jid), ...(avatar !== undefined && { avatar }) }
}

/** null where there is none. A picture is nothing to wait or to fail for: it stays as it was, then. */
async function avatarOf(
  { host, login }: AccountContext,
  socket: Socket,
  jid: Jid,
): Promise<RemoteAvatar | null | undefined> {
  try {
    const picture = await pictureOf(socket, jid)
    return picture && { id: picture.id, source: { login, pictureOf: jid } }
  } catch (error) {
    host.logger.debug({ err: error }, 'picture could not be asked for')
    return undefined
  }
}
