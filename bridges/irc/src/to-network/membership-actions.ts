import type { MembershipIntent } from '@pons/core'
import { relayedName } from '../convert/relayed-name.ts'
import { cleanText } from '../convert/to-irc.ts'
import { isChannelName, targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { spelling, targetName } from '../spelling.ts'
import type { IrcAction } from './actions.ts'

export function membershipActions(context: IrcContext, intent: MembershipIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  if (!isChannelName(name)) return []
  const channel = targetName(context, name)
  if ('matrix' in intent.subject) return ownMembership(context, intent, channel, intent.subject.matrix)
  const nick = spelling(context, targetOf(intent.subject.remote).name)
  const by = intent.sender.viaRelay ? `by ${relayedName(intent.sender.displayName)}` : ''
  const reason = [by, cleanText(intent.reason ?? '')].filter((part) => part !== '').join(': ')
  const kick: IrcAction = { type: 'command', command: 'KICK', middle: [channel, nick], last: reason || 'kicked' }
  switch (intent.change) {
    case 'kick':
      return [kick]
    case 'ban':
      return [{ type: 'command', command: 'MODE', middle: [channel, '+b'], last: `${nick}!*@*` }, kick]
    case 'unban':
      return [{ type: 'command', command: 'MODE', middle: [channel, '-b'], last: `${nick}!*@*` }]
    case 'invite':
      return [{ type: 'command', command: 'INVITE', middle: [nick], last: channel }]
    default:
      return []
  }
}

// People who have a login go with their room; for all others the relay stays.
function ownMembership(context: IrcContext, intent: MembershipIntent, channel: string, userId: string): IrcAction[] {
  if (context.login?.owner !== userId) return []
  if (intent.change === 'join') return [{ type: 'join', channel }]
  const isLeaving = intent.change === 'leave' || intent.change === 'kick' || intent.change === 'ban'
  return isLeaving ? [{ type: 'part', channel, reason: cleanText(intent.reason ?? '') }] : []
}
