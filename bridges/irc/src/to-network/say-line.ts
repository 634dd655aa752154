import { BridgeError, type ChatKey, type TransmitContext, type Transmitted } from '@pons/core'
import { chatName } from '../chat-name.ts'
import { numberedMessageId } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import type { Outcome } from '../protocol/deliveries.ts'
import { refusalError } from '../refusals.ts'
import type { SayAction } from './actions.ts'
import { confirm } from './confirm.ts'
import { findFate } from './find-fate.ts'
import { piecesOf } from './pieces-of.ts'
import { presentName } from './present-name.ts'
import { readySession } from './ready-session.ts'
import { unlessStopped } from './unless-stopped.ts'

/** Says a line; resolves when the network has answered for it. */
export async function sayLine(irc: IrcContext, stored: SayAction, context: TransmitContext): Promise<Transmitted> {
  const action = { ...stored, target: presentName(irc, stored.target, context) }
  const session = await readySession(irc, action.target, context.signal)
  let result: Transmitted = { isConfirmed: true }
  for (const [index, text] of piecesOf(action, session).entries()) {
    const { tags, ...rest } = action
    const piece = { ...rest, text, ...(index === 0 && tags && { tags }) }
    result = await sayPiece(irc, piece, context).catch((error: unknown) => {
      throw index === 0 ? error : begun(error)
    })
  }
  return result
}

/** What failed is only the rest of a line: said again as a whole, its beginning would stand there twice. */
function begun(error: unknown): unknown {
  if (!(error instanceof BridgeError) || !error.isCertain) return error
  const { message, reason, isRetryable } = error
  return new BridgeError(message, { reason, isRetryable, isCertain: false, cause: error })
}

async function sayPiece(irc: IrcContext, action: SayAction, context: TransmitContext): Promise<Transmitted> {
  const { host } = irc.network.parts
  for (;;) {
    const session = await readySession(irc, action.target, context.signal)
    const startedAtMs = host.now()
    host.step('irc:before-write')
    const sent = session.deliver(action.command, action.target, action.text, action.tags)
    host.step('irc:written')
    const outcome = await unlessStopped(irc, sent, context.signal)
    if (outcome.kind !== 'lost') return settle(irc, action, context.chat, outcome)
    if (!outcome.wasWritten) continue
    const lastConfirmed = irc.network.lastConfirmed.get(chatName(context.chat))
    const fate = await findFate(irc, { ...action, startedAtMs, lastConfirmed, signal: context.signal })
    if (fate.fate === 'sent') return { isConfirmed: true, ...confirm(irc, context.chat, fate.remoteId) }
    if (fate.fate === 'unknown') {
      throw new BridgeError('the connection broke while the message was sent; it may have arrived or not', {
        isCertain: false,
      })
    }
  }
}

function settle(
  irc: IrcContext,
  action: SayAction,
  chat: ChatKey,
  outcome: Exclude<Outcome, { kind: 'lost' }>,
): Transmitted {
  irc.network.parts.host.step('irc:answered')
  if (outcome.kind === 'refused') throw refusalError(outcome.code, action.target, outcome.text)
  if (outcome.kind === 'processed' || outcome.messageId === undefined) return { isConfirmed: true }
  return { isConfirmed: true, ...confirm(irc, chat, numberedMessageId(outcome.messageId)) }
}
