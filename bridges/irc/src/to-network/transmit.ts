import type { RemoteAction, TransmitContext, Transmitted } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import { readAction } from './actions.ts'
import { sayLine } from './say-line.ts'
import { sendCommand } from './send-command.ts'

/** Does one action; resolves when the network has answered for it. */
export async function transmit(irc: IrcContext, stored: RemoteAction, context: TransmitContext): Promise<Transmitted> {
  const action = readAction(stored)
  switch (action.type) {
    case 'say':
      return sayLine(irc, action, context)
    case 'join':
      irc.joins.want(action.channel)
      await irc.joins.whenJoined(action.channel, context.signal)
      return { isConfirmed: true }
    case 'part':
      irc.joins.forget(action.channel)
      irc.connection.ready?.write('PART', [action.channel, action.reason], action.channel)
      return { isConfirmed: true }
    case 'command':
      return sendCommand(irc, action, context)
  }
}
