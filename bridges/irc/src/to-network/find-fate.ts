import { BridgeError, type Fate, type RemoteMessageId } from '@pons/core'
import { historyPromise } from '../history-promise.ts'
import { isChannelName, numberedMessageId } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { isIn } from '../own-connection.ts'
import type { Session } from '../protocol/session.ts'

export interface LostLine {
  readonly command: string
  readonly target: string
  /** As it stood on the wire. */
  readonly text: string
  /** When it was given to the connection that was lost. */
  readonly startedAtMs: number
  /** Our last line in that chat that is known to have arrived before it. */
  readonly lastConfirmed: RemoteMessageId | undefined
  readonly signal: AbortSignal
}

/** Servers round the times of old lines down to seconds, and clocks differ. */
const timeSlackMs = 2000

/**
 * Finds out whether a line arrived that was written to a connection which then broke. The old connection must have left
 * the network first: until then the server may still be reading it. Then the channel's history and what other
 * connections of ours saw decide; where nothing reaches back far enough the answer is `unknown`. Rejects when the bridge
 * stops: nothing was found out then.
 */
export async function findFate(context: IrcContext, lost: LostLine): Promise<Fate> {
  const { parts } = context.network
  const deadlineMs = parts.host.now() + parts.config.old_connection_wait_ms
  for (;;) {
    const session = await context.connection.whenReady(lost.signal)
    if (!session) throw brokenOff()
    if (isChannelName(lost.target)) {
      // A channel that does not let us in shows us no history either.
      const isIn = await context.joins.whenJoined(lost.target, lost.signal).then(
        () => true,
        () => false,
      )
      if (lost.signal.aborted) throw brokenOff()
      if (!isIn) return { fate: 'unknown' }
    }
    if (context.connection.ready !== session) continue
    if (await hasOldConnectionLeft(context, session, lost)) return judge(context, lost)
    if (parts.host.now() > deadlineMs) return { fate: 'unknown' }
    await waitForChange(context, lost.signal)
  }
}

function brokenOff(): BridgeError {
  return new BridgeError('the bridge stopped before it was known whether the message had arrived', {
    isCertain: false,
    isRetryable: true,
  })
}

async function hasOldConnectionLeft(context: IrcContext, session: Session, lost: LostLine): Promise<boolean> {
  const { nicks } = context.network
  const zombies = nicks.zombiesOf(context.key, lost.startedAtMs)
  if (zombies.length === 0) return true
  const channel = session.channel(lost.target)
  if (!channel) return false
  const present = zombies.filter((nick) => channel.people.has(session.features.fold(nick)))
  return present.length === 0
}

/** A line from the server, or a while without one. */
async function waitForChange(context: IrcContext, signal: AbortSignal): Promise<void> {
  const pause = new AbortController()
  const cancel = context.network.parts.clock.schedule(() => pause.abort(), 5000)
  await context.news.next(AbortSignal.any([signal, pause.signal])).catch(() => undefined)
  cancel()
  signal.throwIfAborted()
}

async function judge(context: IrcContext, lost: LostLine): Promise<Fate> {
  const { ownLines, fold } = context.network
  const channel = fold(lost.target)
  if (!isChannelName(lost.target)) return { fate: 'unknown' }
  const isAfterKnown = lost.lastConfirmed !== undefined && ownLines.isIn(channel, messageIdIn(lost.lastConfirmed))
  const found = ownLines.find(channel, {
    command: lost.command,
    text: lost.text,
    ...(isAfterKnown && { after: messageIdIn(lost.lastConfirmed ?? '') }),
    sinceMs: lost.startedAtMs + skewOf(context) - timeSlackMs,
  })
  if (found) return found.id === undefined ? { fate: 'sent' } : { fate: 'sent', remoteId: numberedMessageId(found.id) }
  return isAfterKnown || (await isCovered(context, lost)) ? { fate: 'not-sent' } : { fate: 'unknown' }
}

/** Would we have seen the line, had it arrived? */
async function isCovered(context: IrcContext, lost: LostLine): Promise<boolean> {
  const { network, self } = context
  const watcher = network.clients().find((one) => one !== self && isIn(one, lost.target))
  if (watcher && (watcher.played(lost.target)?.joinedAtMs ?? Number.POSITIVE_INFINITY) < lost.startedAtMs) return true
  const played = self.played(lost.target)
  if (!played || played.joinedAtMs < lost.startedAtMs) return false
  const startedAtServerMs = lost.startedAtMs + skewOf(context)
  if (played.oldestMs !== undefined && played.oldestMs < startedAtServerMs - timeSlackMs) return true
  const promise = await historyPromise(network, lost.target)
  const createdAtMs = context.connection.ready?.channel(lost.target)?.createdAtMs
  return (
    promise !== undefined &&
    promise.sinceMs <= lost.startedAtMs &&
    createdAtMs !== undefined &&
    // The same channel as then: had it been made anew, its history would have been lost. The time is in whole seconds.
    createdAtMs + 1000 <= startedAtServerMs &&
    played.lineCount < promise.lines &&
    played.joinedAtMs - lost.startedAtMs < promise.durationMs
  )
}

function skewOf(context: IrcContext): number {
  return context.connection.ready?.server.clock.skewMs ?? 0
}

function messageIdIn(remoteId: string): string {
  return remoteId.replace(/^id:/, '')
}
