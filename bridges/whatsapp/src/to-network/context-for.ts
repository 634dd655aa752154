import type { Jid } from '../ids.ts'
import type { OutgoingContext } from '../protocol/content/about-of.ts'
import type { Quote } from './actions.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** What a message says about itself: whom it mentions and answers, and how long it stays. */
export function contextFor(
  { people, timers }: TransmitParts,
  chat: Jid,
  { quote, mentions }: { quote?: Quote; mentions: readonly string[] },
): OutgoingContext {
  const timer = timers.of(chat)
  return {
    mentions,
    ...(timer !== undefined && timer.seconds > 0 && { timer }),
    ...(quote !== undefined && {
      quoted: { id: quote.id, participant: quote.author ?? people.self(), text: quote.text },
    }),
  }
}
