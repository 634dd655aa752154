import type { BridgeHost, ChatSnapshot, LoginId, RemoteAvatar, RemoteUser } from '@pons/core'
import { isGroup, type Jid } from './ids.ts'
import { knownSnapshot, type KnownChats } from './known-snapshot.ts'
import { askForGroup } from './protocol/ask-for-group.ts'
import type { Socket } from './protocol/open-socket.ts'
import { pictureOf } from './protocol/picture-of.ts'

export interface ChatInfoParts {
  readonly host: Pick<BridgeHost, 'logger' | 'now'>
  readonly login: LoginId
  readonly chats: KnownChats
}

/** Chats and people as WhatsApp describes them when it is asked; what it says is learnt on the way. */
export class ChatInfo {
  readonly #parts: ChatInfoParts

  constructor(parts: ChatInfoParts) {
    this.#parts = parts
  }

  /** The whole of a chat. */
  async snapshot(socket: Socket, chat: Jid): Promise<ChatSnapshot> {
    const { host, chats } = this.#parts
    if (!isGroup(chat)) {
      const known = knownSnapshot(chats, chat)
      const [other, ...rest] = known.members ?? []
      const user = await this.user(socket, chat)
      return { ...known, members: [{ ...other, user }, ...rest] }
    }
    const metadata = await askForGroup(socket, chat)
    chats.groups.learnAnswer(metadata)
    chats.timers.learnGroup(metadata, host.now())
    const avatar = await this.#avatar(socket, chat)
    return { ...knownSnapshot(chats, chat), ...(avatar !== undefined && { avatar }) }
  }

  async user(socket: Socket, jid: Jid): Promise<RemoteUser> {
    const { people } = this.#parts.chats
    const avatar = await this.#avatar(socket, jid)
    if (avatar !== undefined) people.learnPicture(jid, avatar && avatar.id)
    return { ...people.user(jid), ...(avatar !== undefined && { avatar }) }
  }

  /** null where there is none. A picture is nothing to wait or to fail for: it stays as it was, then. */
  async #avatar(socket: Socket, jid: Jid): Promise<RemoteAvatar | null | undefined> {
    const { host, login } = this.#parts
    try {
      const picture = await pictureOf(socket, jid)
      return picture && { id: picture.id, source: { login, pictureOf: jid } }
    } catch (error) {
      host.logger.debug({ err: error }, 'picture could not be asked for')
      return undefined
    }
  }
}
