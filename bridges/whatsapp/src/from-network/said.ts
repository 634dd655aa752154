import type { MessageDocument, RemoteMessage } from '@pons/core'
import type { JsonObject } from '@pons/matrix'

/** What a message says, and what it says about itself. */
export interface Said {
  readonly document: MessageDocument
  readonly answered?: Pick<RemoteMessage, 'replyTo' | 'replyToAuthor'>
  readonly raw?: JsonObject
  /** True: what the message is about is not said. */
  readonly isPartial?: true
}
