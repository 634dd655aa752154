import type { Arrival } from './arrival.ts'
import { contentSays } from './content-says.ts'
import type { Naming } from './naming.ts'
import { notice } from './notice.ts'
import type { Said } from './said.ts'

/** What a message says: its text, and what hangs on it; undefined where that is nothing. */
export function saidIn(naming: Naming, { login, message, chat, sender }: Arrival): Said | undefined {
  const { id: messageId, content, isFromMe, isViewOnce } = message
  if (content === undefined) return isViewOnce ? notice('[something to be seen once, on the phone only]') : undefined
  return contentSays(naming, content, { login, chat, messageId, isFromMe, sender })
}
