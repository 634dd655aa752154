import { isBlank, type MatrixIntent } from '@pons/core'
import { actionOverhead, asAction } from '../convert/ctcp-text.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { aroundText } from '../convert/relayed-name.ts'
import { splitLine, textBudget } from '../convert/split.ts'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'

export type SpeechKind = 'text' | 'emote' | 'notice'

/**
 * The lines that say a text in the intent's chat, each within the limit. Through the relay every line tells who speaks.
 */
export function say(
  context: IrcContext,
  intent: MatrixIntent,
  kind: SpeechKind,
  lines: readonly string[],
): IrcAction[] {
  const { config } = context.network.parts
  const target = targetName(context, targetOf(intent.chat.chat).name)
  const command = kind === 'notice' && !intent.sender.viaRelay ? 'NOTICE' : 'PRIVMSG'
  const isAction = kind === 'emote' && !intent.sender.viaRelay
  const budget = lineBudget(context, command, target) - (isAction ? actionOverhead : 0)
  const template = intent.sender.viaRelay
    ? { text: config.relay_message, emote: config.relay_emote, notice: config.relay_notice }[kind]
    : '{text}'
  const { displayName } = intent.sender
  const [head, tail] = aroundText(template, displayName, { isUnpingable: config.avoid_pings })
  const room = budget - Buffer.byteLength(head) - Buffer.byteLength(tail)
  return lines
    .flatMap((line) => splitLine(line, room))
    .filter((piece) => !isBlank(stripFormatting(piece)))
    .map((piece) => head + piece + tail)
    .map((text) => ({ type: 'say', command, target, text: isAction ? asAction(text) : text }))
}

/** Bytes of text that one line to the target holds. */
function lineBudget({ connection }: IrcContext, command: string, target: string): number {
  const session = connection.ready
  const unknownPrefix = `${'n'.repeat(30)}!~${'u'.repeat(10)}@${'h'.repeat(63)}`
  return textBudget({
    prefix: session?.prefix ?? unknownPrefix,
    command,
    target,
    lineLength: session?.features.lineLength ?? 512,
  })
}
