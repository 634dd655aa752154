import type { MatrixIntent } from '@pons/core'
import type { IrcAction } from './actions.ts'
import type { IrcClient } from './client.ts'
import { actionOverhead, asAction } from './convert/ctcp-text.ts'
import { stripFormatting } from './convert/formatting.ts'
import { splitLine } from './convert/split.ts'
import { targetOf } from './ids.ts'

export type SpeechKind = 'text' | 'emote' | 'notice'

const longestName = 60
/** Characters that turn the direction of a line, hide themselves or have no width: not for names. */
const misleading = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** A display name as it may stand in a line: no control characters, no breaks, not endless. */
function cleanName(name: string): string {
  const clean = name.replaceAll(misleading, '').replaceAll(/\s+/g, ' ').trim()
  return Array.from(clean).slice(0, longestName).join('') || 'somebody'
}

/** Parts the first two letters by a character nobody sees, so that the name highlights nobody. */
function unpingable(name: string): string {
  const [first = '', ...rest] = Array.from(name)
  return rest.length === 0 ? name : `${first}\u200b${rest.join('')}`
}

/**
 * The lines that say a text in the intent's chat, each within the limit. Through the relay every line tells who speaks.
 */
export function say(client: IrcClient, intent: MatrixIntent, kind: SpeechKind, lines: readonly string[]): IrcAction[] {
  const { config } = client.network.parts
  const target = client.targetName(targetOf(intent.chat.chat).name)
  const command = kind === 'notice' && !intent.sender.viaRelay ? 'NOTICE' : 'PRIVMSG'
  const isAction = kind === 'emote' && !intent.sender.viaRelay
  const budget = client.lineBudget(command, target) - (isAction ? actionOverhead : 0)
  const template = intent.sender.viaRelay
    ? { text: config.relay_message, emote: config.relay_emote, notice: config.relay_notice }[kind]
    : '{text}'
  const name = cleanName(intent.sender.displayName)
  const [head = '', tail = ''] = template
    .replaceAll('{name}', () => (config.avoid_pings ? unpingable(name) : name))
    .split('{text}')
  const room = budget - Buffer.byteLength(head) - Buffer.byteLength(tail)
  return lines
    .filter((line) => stripFormatting(line).trim() !== '')
    .flatMap((line) => splitLine(line, room))
    .map((piece) => head + piece + tail)
    .map((text) => ({ type: 'say', command, target, text: isAction ? asAction(text) : text }))
}
