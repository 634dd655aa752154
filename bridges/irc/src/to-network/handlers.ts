import type { ClientHandlers, EditIntent, MessageIntent, ReactionRemovalIntent, RemoteAction } from '@pons/core'
import { toRemoteAction, type IrcAction } from './actions.ts'
import { changeMembership, changeRank, changeTopic } from './membership-actions.ts'
import type { IrcContext } from '../irc-context.ts'
import { withinLines } from './long-texts.ts'
import { sayEdit } from './edit-actions.ts'
import { sayMessage } from './message-actions.ts'
import { removeReaction, sayReaction } from './reaction-actions.ts'
import { sayRedaction } from './redaction-actions.ts'

/** What this connection can do for Matrix. Everything here only says what is to be done; `transmit` does it. */
export function createHandlers(context: IrcContext): ClientHandlers {
  const prepare =
    <Intent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    (intent: Intent): Promise<readonly RemoteAction[]> =>
      Promise.resolve(make(context, intent).map(toRemoteAction))
  const prepareText =
    <Intent extends MessageIntent | EditIntent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    async (intent: Intent): Promise<readonly RemoteAction[]> =>
      (await withinLines(context, intent, make(context, intent))).map(toRemoteAction)
  return {
    message: prepareText(sayMessage),
    edit: prepareText(sayEdit),
    redaction: prepare(sayRedaction),
    reaction: prepare(sayReaction),
    topic: prepare(changeTopic),
    membership: prepare(changeMembership),
    powerLevel: prepare(changeRank),
  }
}

/** Only where the server takes reactions back: one that was said in words stays said. */
export function createReactionRemoval(context: IrcContext): NonNullable<ClientHandlers['reactionRemoval']> {
  return (intent: ReactionRemovalIntent) => Promise.resolve(removeReaction(context, intent).map(toRemoteAction))
}
