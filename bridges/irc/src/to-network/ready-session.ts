import { isChannelName } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import type { Session } from '../protocol/session.ts'
import { connectionClosed } from './connection-closed.ts'

/** A session that may speak to the target. Waits for it; rejects when the channel does not let us in, or the bridge stops. */
export async function readySession(irc: IrcContext, target: string, signal: AbortSignal): Promise<Session> {
  for (;;) {
    const session = await irc.connection.whenReady(signal)
    if (!session) throw connectionClosed()
    if (!isChannelName(target)) return session
    irc.joins.want(target)
    await irc.joins.whenJoined(target, signal)
    if (irc.connection.ready === session) return session
  }
}
