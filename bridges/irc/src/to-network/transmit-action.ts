import {
  BridgeError,
  type ChatKey,
  type Fate,
  type RecoverContext,
  type RemoteAction,
  type RemoteMessageId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import { readAction, type IrcAction } from './actions.ts'
import { actionOverhead, actionText, asAction } from '../convert/ctcp-text.ts'
import { splitLine, textBudget } from '../convert/split.ts'
import { isChannelName, numberedMessageId, targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { chatName } from '../network.ts'
import type { Outcome } from '../protocol/deliveries.ts'
import type { Session } from '../protocol/session.ts'
import { findFate } from './find-fate.ts'
import { refusalError } from '../refusals.ts'

type Say = Extract<IrcAction, { type: 'say' }>

/** Does one action; resolves when the network has answered for it. */
export async function transmitAction(
  irc: IrcContext,
  stored: RemoteAction,
  context: TransmitContext,
): Promise<Transmitted> {
  const action = readAction(stored)
  switch (action.type) {
    case 'say':
      return say(irc, action, context)
    case 'join':
      irc.joins.want(action.channel)
      await irc.joins.whenJoined(action.channel, context.signal)
      return { isConfirmed: true }
    case 'part':
      irc.joins.forget(action.channel)
      irc.connection.ready?.write('PART', [action.channel, action.reason], action.channel)
      return { isConfirmed: true }
    case 'command':
      return command(irc, action, context)
  }
}

/** Finds out what became of an action that a crash interrupted. All but text may simply be done again. */
export async function recoverAction(irc: IrcContext, stored: RemoteAction, context: RecoverContext): Promise<Fate> {
  const action = readAction(stored)
  if (action.type !== 'say') return { fate: 'not-sent' }
  const session = await irc.connection.whenReady(context.signal)
  if (!session) throw closed()
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

async function say(irc: IrcContext, stored: Say, context: TransmitContext): Promise<Transmitted> {
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

/** A channel may have got another name since the line was prepared; its former one may be another channel's by now. */
function presentName({ network }: IrcContext, target: string, { chat }: TransmitContext): string {
  const { name } = targetOf(chat.chat)
  return !isChannelName(target) || network.fold(target) === name ? target : name
}

/** What failed is only the rest of a line: said again as a whole, its beginning would stand there twice. */
function begun(error: unknown): unknown {
  if (!(error instanceof BridgeError) || !error.isCertain) return error
  const { message, reason, isRetryable } = error
  return new BridgeError(message, { reason, isRetryable, isCertain: false, cause: error })
}

function closed(): BridgeError {
  return new BridgeError('the connection was closed', { isRetryable: true })
}

// Lines were cut when they were prepared; they are cut again only when we have got a longer name since.
function piecesOf(action: Say, session: Session): string[] {
  const { command, target } = action
  const budget = textBudget({ prefix: session.prefix, command, target, lineLength: session.features.lineLength })
  const emote = actionText(action.text)
  if (emote === undefined) return splitLine(action.text, budget)
  return splitLine(emote, budget - actionOverhead).map(asAction)
}

async function sayPiece(irc: IrcContext, action: Say, context: TransmitContext): Promise<Transmitted> {
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

async function command(
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

/** A session that may speak to the target. Waits for it; rejects when the channel does not let us in, or the bridge stops. */
async function readySession(irc: IrcContext, target: string, signal: AbortSignal): Promise<Session> {
  for (;;) {
    const session = await irc.connection.whenReady(signal)
    if (!session) throw closed()
    if (!isChannelName(target)) return session
    irc.joins.want(target)
    await irc.joins.whenJoined(target, signal)
    if (irc.connection.ready === session) return session
  }
}

function settle(irc: IrcContext, action: Say, chat: ChatKey, outcome: Exclude<Outcome, { kind: 'lost' }>): Transmitted {
  irc.network.parts.host.step('irc:answered')
  if (outcome.kind === 'refused') throw refusalError(outcome.code, action.target, outcome.text)
  if (outcome.kind === 'processed' || outcome.messageId === undefined) return { isConfirmed: true }
  return { isConfirmed: true, ...confirm(irc, chat, numberedMessageId(outcome.messageId)) }
}

function confirm(
  irc: IrcContext,
  chat: ChatKey,
  remoteId: RemoteMessageId | undefined,
): { remoteId?: RemoteMessageId } {
  if (remoteId === undefined) return {}
  irc.network.ownLines.claim(remoteId)
  irc.network.lastConfirmed.set(chatName(chat), remoteId)
  return { remoteId }
}

/** When the bridge stops while an answer is awaited, the answer has this long to come. */
const lastChanceMs = 1500

async function unlessStopped(irc: IrcContext, sent: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  let cancel: (() => void) | undefined
  let onAbort: (() => void) | undefined
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancel = irc.network.parts.clock.schedule(
        () =>
          reject(
            new BridgeError('the bridge stopped while the message was sent', { isCertain: false, isRetryable: true }),
          ),
        lastChanceMs,
      )
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([sent, stopped])
  } finally {
    cancel?.()
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
