import type { TargetMessage } from '@pons/core'
import type { EventId } from '@pons/matrix'
import { alice } from './support.ts'

/** A message of Alice's that an edit, an answer or a reaction is about, but for what is said otherwise. */
export function targetMessage(otherwise: Partial<TargetMessage> = {}): TargetMessage {
  return {
    eventId: '$target' as EventId,
    remoteIds: [],
    author: { matrix: alice },
    authorName: 'Alice',
    text: 'some words',
    timestampMs: Date.now(),
    isRedacted: false,
    ...otherwise,
  }
}

/** The author of a message that Ann wrote on IRC. */
export const ann: Pick<TargetMessage, 'author' | 'authorName'> = {
  author: { remote: 'net/ann' as never },
  authorName: 'Ann',
}
