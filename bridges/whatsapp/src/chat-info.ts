import type { ChatSnapshot, RemoteAvatar, RemoteUser } from '@pons/core'
import type { WASocket } from '@whiskeysockets/baileys'
import { isGroup, type Jid } from './ids.ts'
import { pictureOf } from './protocol/picture.ts'
import { knownSnapshot, type RemoteContext } from './remote-context.ts'

/** The whole of a chat, asked for. */
export async function readSnapshot(context: RemoteContext, socket: WASocket, chat: Jid): Promise<ChatSnapshot> {
  if (!isGroup(chat)) {
    const [other, self] = knownSnapshot(context, chat).members ?? []
    const user = await readUser(context, socket, chat)
    return { kind: 'direct', members: [{ ...other, user }, ...(self === undefined ? [] : [self])] }
  }
  context.groups.learn(await socket.groupMetadata(chat))
  const avatar = await avatarOf(context, socket, chat)
  return { ...knownSnapshot(context, chat), ...(avatar !== undefined && { avatar }) }
}

export async function readUser(context: RemoteContext, socket: WASocket, jid: Jid): Promise<RemoteUser> {
  const avatar = await avatarOf(context, socket, jid)
  return { ...context.people.user(jid), ...(avatar !== undefined && { avatar }) }
}

/** A picture is nothing to wait or to fail for. */
async function avatarOf({ host, login }: RemoteContext, socket: WASocket, jid: Jid): Promise<RemoteAvatar | undefined> {
  try {
    const picture = await pictureOf(socket, jid)
    return picture && { id: picture.id, source: { login, pictureOf: jid } }
  } catch (error) {
    host.logger.debug({ err: error }, 'picture could not be asked for')
    return undefined
  }
}
