import type { RemoteEvent } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { readUser } from '../chat-info.ts'
import { chatKeyOf, jidOf, messageIdOf, type Jid } from '../ids.ts'
import { Pictures } from '../pictures.ts'
import type { Connection } from '../protocol/connection.ts'
import type { AccountContext } from '../remote-context.ts'
import type { Intake } from './intake.ts'

export interface SpeakerPicturesParts {
  readonly known: AccountContext
  readonly intake: Intake
  readonly connection: Connection
}

const pauseMs = 3000

/** The pictures of those who speak in groups: asked for beside the queue, and shown when they come. */
export class SpeakerPictures {
  readonly #parts: SpeakerPicturesParts
  readonly #pictures: Pictures

  constructor(parts: SpeakerPicturesParts) {
    const { known, intake } = parts
    this.#parts = parts
    this.#pictures = new Pictures({
      isKnown: (person) => known.people.hasPicture(person),
      ask: async (person, group) => await this.#ask(person, group),
      pause: async () => await pause(pauseMs, undefined, { signal: intake.signal, ref: false }).catch(() => undefined),
      onError: (error) => known.host.logger.debug({ err: error }, 'picture could not be asked for'),
    })
  }

  /** Whoever speaks in these events of a group. */
  want(group: Jid, events: readonly RemoteEvent[]): void {
    const { people } = this.#parts.known
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
    const { known, intake, connection } = this.#parts
    const { host, login, groups } = known
    const socket = connection.current
    if (socket === undefined) return
    const user = await readUser(known, socket, person)
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
