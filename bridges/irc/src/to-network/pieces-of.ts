import { actionOverhead, actionText, asAction } from '../convert/ctcp-text.ts'
import { splitLine, textBudget } from '../convert/split.ts'
import type { Session } from '../protocol/session.ts'
import type { SayAction } from './actions.ts'

// Lines were cut when they were prepared; they are cut again only when we have got a longer name since.
export function piecesOf(action: SayAction, session: Session): string[] {
  const { command, target } = action
  const budget = textBudget({ prefix: session.prefix, command, target, lineLength: session.features.lineLength })
  const emote = actionText(action.text)
  if (emote === undefined) return splitLine(action.text, budget)
  return splitLine(emote, budget - actionOverhead).map(asAction)
}
