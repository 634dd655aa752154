import type { TransmitContext, Transmitted } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import { refusalError } from '../refusals.ts'
import type { IrcAction } from './actions.ts'
import { presentName } from './present-name.ts'
import { readySession } from './ready-session.ts'
import { unlessStopped } from './unless-stopped.ts'

/** Sends a command that may be repeated, until the network has answered for it. */
export async function sendCommand(
  irc: IrcContext,
  action: Extract<IrcAction, { type: 'command' }>,
  context: TransmitContext,
): Promise<Transmitted> {
  const [place = '', ...words] = action.middle
  const middle = [presentName(irc, place, context), ...words]
  // Which names the channel at its end.
  const last = action.command === 'INVITE' ? presentName(irc, action.last ?? '', context) : action.last
  const [target = ''] = middle
  for (;;) {
    const session = await readySession(irc, target, context.signal)
    const outcome = await unlessStopped(
      irc,
      session.deliver(action.command, middle.join(' '), last, action.tags),
      context.signal,
    )
    if (outcome.kind === 'refused') throw refusalError(outcome.code, target, outcome.text)
    if (outcome.kind !== 'lost') return { isConfirmed: true }
  }
}
