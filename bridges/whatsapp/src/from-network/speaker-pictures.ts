import type { BridgeHost, Intake, LoginId, RemoteEvent } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import type { ChatInfo } from '../chat-info.ts'
import type { Groups } from '../groups.ts'
import { chatKeyOf, jidOf, messageIdOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import { Pictures } from '../pictures.ts'
import type { Connection } from '../protocol/connection.ts'

export interface SpeakerPicturesParts {
  readonly host: Pick<BridgeHost, 'logger' | 'now'>
  readonly login: LoginId
  readonly people: People
  readonly groups: Groups
  readonly info: ChatInfo
  readonly intake: Intake
  readonly connection: Connection
}

const pauseMs = 3000

/** The pictures of those who speak in groups: asked for beside the queue, and shown when they come. */
export class SpeakerPictures {
  readonly #parts: SpeakerPicturesParts
  readonly #pictures: Pictures

  constructor(parts: SpeakerPicturesParts) {
    const { host, people, intake } = parts
    this.#parts = parts
    this.#pictures = new Pictures({
      isKnown: (person) => people.hasPicture(person),
      ask: async (person, group) => await this.#ask(person, group),
      pause: async () => await pause(pauseMs, undefined, { signal: intake.signal, ref: false }).catch(() => undefined),
      onError: (error) => host.logger.debug({ err: error }, 'picture could not be asked for'),
    })
  }

  /** Whoever speaks in these events of a group. */
  want(group: Jid, events: readonly RemoteEvent[]): void {
    const { people } = this.#parts
    for (const event of events) {
      const speaker = event.kind === 'message' ? jidOf(event.sender.id) : undefined
      if (speaker !== undefined && !people.isSelf(speaker)) this.#pictures.want(speaker, group)
    }
  }

  /** They have another one. */
  changed(person: Jid): void {
    this.#pictures.changed(person)
  }

  stop(): void {
    this.#pictures.stop()
  }

  /** Shown at once, by what changes nothing else: they are in the group. */
  async #ask(person: Jid, group: Jid): Promise<void> {
    const { host, login, groups, info, intake, connection } = this.#parts
    const socket = connection.current
    if (socket === undefined) return
    const user = await info.user(socket, person)
    const { avatar } = user
    if (!avatar || !groups.isMember(group, person)) return
    const shown: RemoteEvent = {
      kind: 'membership',
      chat: chatKeyOf(group, login),
      id: messageIdOf(`picture:${person}:${avatar.id}`),
      idBy: user.id,
      timestampMs: host.now(),
      login,
      user,
      change: 'join',
    }
    await intake.take(() => ({ events: [shown], writes: [] }))
  }
}
