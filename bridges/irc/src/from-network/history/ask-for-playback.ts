import type { Session } from '../../protocol/session.ts'
import { startOf } from './missed-pages.ts'

/** Asks a bouncer with a playback module for what it has kept since then; all it has where nothing is known. */
export function askForPlayback(session: Session, chats: string, fromMs: number | undefined, key: string): void {
  if (!session.server.hasCapability('znc.in/playback')) return
  const fromSeconds = fromMs === undefined ? 0 : startOf({ fromMs, untilMs: fromMs }) / 1000
  session.write('PRIVMSG', ['*playback', `play ${chats} ${fromSeconds}`], key)
}
