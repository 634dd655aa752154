import type { ClientHandlers, EditIntent, MessageIntent, RemoteAction } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import { asStored, type IrcAction } from './actions.ts'
import { editActions } from './edit-actions.ts'
import { withinLines } from './long-texts.ts'
import { membershipActions } from './membership-actions.ts'
import { messageActions } from './message-actions.ts'
import { powerLevelActions } from './power-level-actions.ts'
import { reactionActions } from './reaction-actions.ts'
import { redactionActions } from './redaction-actions.ts'
import { topicActions } from './topic-actions.ts'

/** What this connection can do for Matrix. Everything here only says what is to be done; `transmit` does it. */
export function createHandlers(context: IrcContext): ClientHandlers {
  const prepare =
    <Intent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    (intent: Intent): Promise<readonly RemoteAction[]> =>
      Promise.resolve(asStored(make(context, intent)))
  const prepareText =
    <Intent extends MessageIntent | EditIntent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    async (intent: Intent): Promise<readonly RemoteAction[]> =>
      asStored(await withinLines(context, intent, make(context, intent)))
  return {
    message: prepareText(messageActions),
    edit: prepareText(editActions),
    redaction: prepare(redactionActions),
    reaction: prepare(reactionActions),
    topic: prepare(topicActions),
    membership: prepare(membershipActions),
    powerLevel: prepare(powerLevelActions),
  }
}
