import type { Fate, RecoverContext, RemoteAction } from '@pons/core'
import { isChannelName } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { readAction } from './actions.ts'
import { confirm } from './confirm.ts'
import { connectionClosed } from './connection-closed.ts'
import { findFate } from './find-fate.ts'
import { piecesOf } from './pieces-of.ts'
import { presentName } from './present-name.ts'

/** Finds out what became of an action that a crash interrupted. All but text may simply be done again. */
export async function recover(irc: IrcContext, stored: RemoteAction, context: RecoverContext): Promise<Fate> {
  const action = readAction(stored)
  if (action.type !== 'say') return { fate: 'not-sent' }
  const session = await irc.connection.whenReady(context.signal)
  if (!session) throw connectionClosed()
  const target = presentName(irc, action.target, context)
  // A channel that does not let us in is for `findFate` to judge.
  if (isChannelName(target)) irc.joins.want(target)
  const pieces = piecesOf({ ...action, target }, session)
  const { startedAtMs, lastConfirmed, signal } = context
  const evidence = { command: action.command, target, startedAtMs, lastConfirmed, signal }
  const fate = await findFate(irc, { ...evidence, text: pieces.at(-1) ?? action.text })
  if (fate.fate === 'sent') confirm(irc, context.chat, fate.remoteId)
  if (fate.fate !== 'not-sent' || pieces.length === 1) return fate
  // The end is missing. Only when the beginning is missing too may the whole be sent again.
  const start = await findFate(irc, { ...evidence, text: pieces[0] ?? action.text })
  return start.fate === 'sent' ? { fate: 'unknown' } : start
}
