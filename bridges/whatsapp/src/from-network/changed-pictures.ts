import type { BridgeHost, LoginId } from '@pons/core'
import { chatKeyOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import type { ChatReader } from './chat-reader.ts'
import type { SpeakerPictures } from './speaker-pictures.ts'

export interface ChangedPicturesParts {
  readonly host: Pick<BridgeHost, 'logger' | 'portals'>
  readonly login: LoginId
  readonly people: People
  readonly speakers: SpeakerPictures
  readonly reader: ChatReader
}

/** Pictures that somebody took down, or put others in their place. */
export class ChangedPictures {
  readonly #parts: ChangedPicturesParts

  constructor(parts: ChangedPicturesParts) {
    this.#parts = parts
  }

  /** Somebody without a room here is asked about when they speak in a group. */
  note(person: Jid): void {
    const { host, login, people, speakers, reader } = this.#parts
    const { chat, receiver } = chatKeyOf(person, login)
    people.learnPicture(person, undefined)
    speakers.changed(person)
    void host
      .portals()
      .then((portals) => {
        const hasRoom = portals.some((portal) => portal.chat.chat === chat && portal.chat.receiver === receiver)
        if (hasRoom) reader.readAnew(person)
      })
      .catch((error: unknown) => host.logger.warn({ err: error }, 'rooms could not be looked up'))
  }
}
