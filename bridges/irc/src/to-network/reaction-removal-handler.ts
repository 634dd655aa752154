import type { ClientHandlers, ReactionRemovalIntent } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import { asStored } from './actions.ts'
import { reactionRemovalActions } from './reaction-removal-actions.ts'

/** Only where the server takes reactions back: one that was said in words stays said. */
export function reactionRemovalHandler(context: IrcContext): NonNullable<ClientHandlers['reactionRemoval']> {
  return (intent: ReactionRemovalIntent) => Promise.resolve(asStored(reactionRemovalActions(context, intent)))
}
