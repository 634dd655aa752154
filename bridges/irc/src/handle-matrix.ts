import type {
  ClientHandlers,
  EditIntent,
  MembershipIntent,
  MessageIntent,
  PowerLevelIntent,
  ReactionIntent,
  RedactionIntent,
  RemoteAction,
  TargetMessage,
  TopicIntent,
} from '@pons/core'
import { toRemoteAction, type IrcAction } from './actions.ts'
import { rankOf } from './chat-info.ts'
import type { IrcClient } from './client.ts'
import { cleanText, linesOf } from './convert/from-matrix.ts'
import { stripFormatting } from './convert/formatting.ts'
import { isChannelName, targetOf } from './ids.ts'
import { oneLine } from './protocol/line.ts'
import { say } from './speaking.ts'
import { wordDiff } from './word-diff.ts'

const quoteLength = 60

/** What this connection can do for Matrix. Everything here only says what is to be done; `transmit` does it. */
export function createHandlers(client: IrcClient): ClientHandlers {
  const prepare =
    <Intent>(make: (client: IrcClient, intent: Intent) => readonly IrcAction[]) =>
    (intent: Intent): Promise<readonly RemoteAction[]> =>
      Promise.resolve(make(client, intent).map(toRemoteAction))
  return {
    message: prepare(message),
    edit: prepare(edit),
    redaction: prepare(redaction),
    reaction: prepare(reaction),
    topic: prepare(topic),
    membership: prepare(membership),
    powerLevel: prepare(powerLevel),
  }
}

function message(client: IrcClient, intent: MessageIntent): IrcAction[] {
  const lines = contentLines(client, intent)
  if (intent.replyTo) lines[0] = withReply(client, intent.replyTo, intent, lines[0] ?? '')
  return say(client, intent, intent.document.kind, lines)
}

function contentLines(client: IrcClient, { document }: MessageIntent | EditIntent): string[] {
  const { host } = client.network.parts
  return linesOf(document, {
    nickOf: (matrixId) => client.nickOfMatrixUser(matrixId),
    mediaLink: (mxcUri, fileName) => host.mediaLink(mxcUri, fileName),
  })
}

// `nick: text` as IRC people answer; where the message is old, with a piece of it.
function withReply(client: IrcClient, target: TargetMessage, intent: MessageIntent, line: string): string {
  const name = authorName(client, target)
  const isAddressed = line.toLowerCase().startsWith(name.toLowerCase())
  const isOld = intent.timestampMs - target.timestampMs > client.network.parts.config.quote_after_ms
  if (isOld && target.text !== '') return `${name}, “${shorten(target.text)}”: ${line}`
  return isAddressed ? line : `${name}: ${line}`
}

function authorName(client: IrcClient, { author, authorName: name }: TargetMessage): string {
  if ('remote' in author) return client.spelling(targetOf(author.remote).name)
  return client.nickOfMatrixUser(author.matrix) ?? cleanText(name)
}

function shorten(text: string): string {
  const line = cleanText(text.split('\n')[0] ?? '').trim()
  return line.length > quoteLength || text.includes('\n') ? `${Array.from(line).slice(0, quoteLength).join('')}…` : line
}

function edit(client: IrcClient, intent: EditIntent): IrcAction[] {
  const lines = contentLines(client, intent)
  const [only] = lines
  const before = intent.target.text
  const diff = lines.length === 1 && only !== undefined ? wordDiff(before, stripFormatting(only)) : undefined
  if (diff !== undefined) return say(client, intent, 'text', [cleanText(diff)])
  if (lines.length === 0) return []
  return say(client, intent, 'text', [`* ${only ?? ''}`, ...lines.slice(1)])
}

function redaction(client: IrcClient, intent: RedactionIntent): IrcAction[] {
  if (!client.network.parts.config.say_redactions) return []
  const { author } = intent.target
  const isOwn = 'matrix' in author && author.matrix === intent.sender.userId
  const whose = isOwn ? 'a message' : `a message of ${authorName(client, intent.target)}`
  const reason = intent.reason === undefined || intent.reason === '' ? '' : `: ${cleanText(intent.reason)}`
  return say(client, intent, 'emote', [`deleted ${whose}${reason}`])
}

function reaction(client: IrcClient, intent: ReactionIntent): IrcAction[] {
  if (!client.network.parts.config.say_reactions) return []
  const quote = intent.target.text === '' ? '' : ` “${shorten(intent.target.text)}”`
  const key = cleanText(intent.key).slice(0, 50)
  return say(client, intent, 'emote', [`reacts with ${key} to ${authorName(client, intent.target)}${quote}`])
}

function topic(client: IrcClient, intent: TopicIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  if (!isChannelName(name)) return []
  return [{ type: 'command', command: 'TOPIC', middle: [client.targetName(name)], last: oneLine(intent.topic) }]
}

function membership(client: IrcClient, intent: MembershipIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  if (!isChannelName(name)) return []
  const channel = client.targetName(name)
  if ('matrix' in intent.subject) return ownMembership(client, intent, channel, intent.subject.matrix)
  const nick = client.spelling(targetOf(intent.subject.remote).name)
  const by = intent.sender.viaRelay ? `by ${cleanText(intent.sender.displayName)}` : ''
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
function ownMembership(client: IrcClient, intent: MembershipIntent, channel: string, userId: string): IrcAction[] {
  if (client.login?.owner !== userId) return []
  if (intent.change === 'join') return [{ type: 'join', channel }]
  const isLeaving = intent.change === 'leave' || intent.change === 'kick' || intent.change === 'ban'
  return isLeaving ? [{ type: 'part', channel, reason: cleanText(intent.reason ?? '') }] : []
}

function powerLevel(client: IrcClient, intent: PowerLevelIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  const session = client.session
  if (!isChannelName(name) || !session) return []
  const before = rankOf(intent.previousLevel, session.features)
  const after = rankOf(intent.powerLevel, session.features)
  if (before === after) return []
  const nick = client.spelling(targetOf(intent.subject).name)
  const change = (sign: '+' | '-', rank: string): IrcAction => ({
    type: 'command',
    command: 'MODE',
    middle: [client.targetName(name), sign + rank],
    last: nick,
  })
  return [...(before === undefined ? [] : [change('-', before)]), ...(after === undefined ? [] : [change('+', after)])]
}
