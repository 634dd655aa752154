import { isGroup, type Jid } from '../ids.ts'
import type { MessageAction } from './message-action.ts'

/** What tells servers and old clients that it is about another message. */
export function editAttribute(action: MessageAction, chat: Jid): string | undefined {
  if (action.kind === 'edit') return '1'
  if (action.kind !== 'delete') return undefined
  return isGroup(chat) && action.target.author !== undefined ? '8' : '7'
}
