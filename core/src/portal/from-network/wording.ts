import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { MessageDocument } from '../../document/document.ts'
import { toMatrix } from '../../document/to-matrix.ts'
import type { RemoteEdit, RemoteMessage } from '../../network/remote-event.ts'
import type { Mentions } from './mentions.ts'
import { passingOf, type PassingParts } from './passing.ts'
import { withUploadedMedia, type MediaParts } from './uploaded-media.ts'

export interface WordingParts extends PassingParts, MediaParts {
  readonly mentions: Mentions
}

/** What is said in Matrix where something is said on the network. */
interface Worded {
  readonly document: MessageDocument
  readonly content: JsonObject
  /** Whom it calls by name. */
  readonly called: readonly UserId[]
  /** When it goes from the room; undefined: it stays. */
  readonly dueMs?: number
  /** True: nothing of what it showed comes along. */
  readonly isLeftOut: boolean
}

/** Puts what a remote person says into Matrix's words, and its media onto the homeserver. */
export type Wording = (
  event: RemoteMessage | RemoteEdit,
  said: { readonly roomId: RoomId; readonly speaker: UserId },
) => Promise<Worded>

export function wordingOver(parts: WordingParts): Wording {
  const { mentions } = parts
  return async (event, { roomId, speaker }) => {
    const { document: shown, content, ...passing } = passingOf(parts, event)
    const document = await withUploadedMedia(parts, await mentions.withOwners(event.chat, shown))
    const called = await mentions.calledByName({ roomId, chat: event.chat, speaker }, document)
    return { ...passing, document, content: { ...toMatrix(document), ...content }, called }
  }
}
