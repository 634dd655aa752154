import { spanInWords } from '@pons/core'
import type { IrcContext } from '../../irc-context.ts'
import type { Gap } from './missed-pages.ts'

/** What the room, or the owner, is told of a gap. */
export function missingWords({ network }: IrcContext, { fromMs, untilMs }: Gap, why: string): string {
  const span = spanInWords(fromMs, Math.max(fromMs, untilMs))
  return `What was said on ${network.displayName} between ${span} may be missing here: ${why}.`
}
