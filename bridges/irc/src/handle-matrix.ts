import {
  isBlank,
  plainText,
  type ClientHandlers,
  type EditIntent,
  type MembershipIntent,
  type MessageIntent,
  type PowerLevelIntent,
  type ReactionIntent,
  type ReactionRemovalIntent,
  type RedactionIntent,
  type RemoteAction,
  type TargetMessage,
  type TopicIntent,
} from '@pons/core'
import { toRemoteAction, type IrcAction } from './actions.ts'
import { reactionAction, redactActions, replyTags } from './by-message-id.ts'
import { rankOf } from './chat-info.ts'
import type { IrcContext } from './irc-context.ts'
import { cleanText, linesOf } from './convert/from-matrix.ts'
import { beginning } from './convert/graphemes.ts'
import { relayedName } from './convert/relayed-name.ts'
import { stripFormatting } from './convert/formatting.ts'
import { editedLines, type EditedLine } from './edited-lines.ts'
import { isChannelName, targetOf } from './ids.ts'
import { withinLines } from './long-texts.ts'
import { nickOfMatrixUser } from './nick-of-matrix-user.ts'
import { legible, withoutStandIns } from './protocol/decode-line.ts'
import { oneLine } from './protocol/line.ts'
import { say } from './speaking.ts'
import { spelling, targetName } from './spelling.ts'

const quoteLength = 60

/** What this connection can do for Matrix. Everything here only says what is to be done; `transmit` does it. */
export function createHandlers(context: IrcContext): ClientHandlers {
  const prepare =
    <Intent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    (intent: Intent): Promise<readonly RemoteAction[]> =>
      Promise.resolve(make(context, intent).map(toRemoteAction))
  const prepareText =
    <Intent extends MessageIntent | EditIntent>(make: (context: IrcContext, intent: Intent) => readonly IrcAction[]) =>
    async (intent: Intent): Promise<readonly RemoteAction[]> =>
      (await withinLines(context, intent, make(context, intent))).map(toRemoteAction)
  return {
    message: prepareText(message),
    edit: prepareText(edit),
    redaction: prepare(redaction),
    reaction: prepare(reaction),
    topic: prepare(topic),
    membership: prepare(membership),
    powerLevel: prepare(powerLevel),
  }
}

function message(context: IrcContext, intent: MessageIntent): IrcAction[] {
  const lines = contentLines(context, intent)
  if (intent.replyTo) lines[0] = withReply(context, intent.replyTo, intent, lines[0] ?? '')
  const actions = say(context, intent, intent.document.kind, lines)
  const tags = intent.replyTo && replyTags(context, intent.replyTo)
  return tags === undefined ? actions : actions.map((action, at) => (at === 0 ? { ...action, tags } : action))
}

function contentLines(context: IrcContext, { document }: MessageIntent | EditIntent): string[] {
  const { host } = context.network.parts
  return linesOf(document, {
    nickOf: (matrixId) => nickOfMatrixUser(context, matrixId),
    mediaLink: (mxcUri, fileName) => host.mediaLink(mxcUri, fileName),
  })
}

// `nick: text` as IRC people answer; where the message is old, with a piece of it.
function withReply(context: IrcContext, target: TargetMessage, intent: MessageIntent, line: string): string {
  const name = authorName(context, target)
  const isAddressed = beginsWithNick(stripFormatting(line), name)
  const isOld = intent.timestampMs - target.timestampMs > context.network.parts.config.quote_after_ms
  if (isOld && target.text !== '') return `${name}, “${shorten(target.text)}”: ${line}`
  return isAddressed ? line : `${name}: ${line}`
}

/** `Annoying` does not speak to Ann. */
function beginsWithNick(line: string, nick: string): boolean {
  const isThere = line.toLowerCase().startsWith(nick.toLowerCase())
  return isThere && !/^[\p{L}\p{M}\p{N}_[\]\\`^{|}-]/u.test(line.slice(nick.length))
}

function authorName(context: IrcContext, { author, authorName: name }: TargetMessage): string {
  if ('remote' in author) return legible(spelling(context, targetOf(author.remote).name))
  return nickOfMatrixUser(context, author.matrix) ?? relayedName(name)
}

function shorten(text: string): string {
  const line = cleanText(text.split('\n')[0] ?? '').trim()
  const shown = beginning(line, quoteLength)
  return shown !== line || text.includes('\n') ? `${shown}…` : line
}

function edit(context: IrcContext, intent: EditIntent): IrcAction[] {
  const { media, ...words } = intent.document
  const before = intent.target.text.split('\n').map(cleanText).join('\n')
  const changed = editedLines(before, editable(context, { ...intent, document: words }))
  // Where the caption is as it was, the medium is another one.
  const isOtherMedium = media !== undefined && (words.blocks.length === 0 || changed.length === 0)
  const lines = isOtherMedium
    ? contentLines(context, intent).map((line, at) => (at === 0 ? `* ${line}` : line))
    : changed
  return say(context, intent, 'text', lines)
}

/** What is kept of the former text is as Matrix shows it: names in mentions may be others on IRC, and are no difference. */
function editable(context: IrcContext, intent: EditIntent): EditedLine[] {
  const written = contentLines(context, intent)
  const shown = plainText(intent.document)
    .split('\n')
    .filter((line) => !isBlank(line))
  const isSameCount = shown.length === written.length
  return written.map((line, at) => ({
    written: line,
    text: cleanText((isSameCount ? shown[at] : undefined) ?? stripFormatting(line)),
  }))
}

function redaction(context: IrcContext, intent: RedactionIntent): IrcAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const redact = redactActions(context, channel, { target: intent.target, reason: cleanText(intent.reason ?? '') })
  if (redact !== undefined) return redact
  if (!context.network.parts.config.say_redactions) return []
  const { author } = intent.target
  const isOwn = 'matrix' in author && author.matrix === intent.sender.userId
  const whose = isOwn ? 'a message' : `a message of ${authorName(context, intent.target)}`
  const reason = intent.reason === undefined || intent.reason === '' ? '' : `: ${cleanText(intent.reason)}`
  return say(context, intent, 'emote', [`deleted ${whose}${reason}`])
}

// Through the relay nobody would see whose it is.
function reaction(context: IrcContext, intent: ReactionIntent): IrcAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const { target, key: emoji } = intent
  const tagged = intent.sender.viaRelay
    ? undefined
    : reactionAction(context, channel, { target, key: emoji, tag: 'draft/react' })
  if (tagged !== undefined) return [tagged]
  if (!context.network.parts.config.say_reactions) return []
  const quote = intent.target.text === '' ? '' : ` “${shorten(intent.target.text)}”`
  const key = beginning(cleanText(intent.key), 50)
  return say(context, intent, 'emote', [`reacts with ${key} to ${authorName(context, intent.target)}${quote}`])
}

/** A reaction that was said in words stays said. */
export function reactionRemoval(context: IrcContext, intent: ReactionRemovalIntent): readonly RemoteAction[] {
  const channel = targetName(context, targetOf(intent.chat.chat).name)
  const { target, key, sender } = intent
  const tagged = sender.viaRelay ? undefined : reactionAction(context, channel, { target, key, tag: 'draft/unreact' })
  return tagged === undefined ? [] : [toRemoteAction(tagged)]
}

function topic(context: IrcContext, intent: TopicIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  if (!isChannelName(name)) return []
  return [
    {
      type: 'command',
      command: 'TOPIC',
      middle: [targetName(context, name)],
      last: withoutStandIns(oneLine(intent.topic)),
    },
  ]
}

function membership(context: IrcContext, intent: MembershipIntent): IrcAction[] {
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

function powerLevel(context: IrcContext, intent: PowerLevelIntent): IrcAction[] {
  const { name } = targetOf(intent.chat.chat)
  const session = context.connection.ready
  if (!isChannelName(name) || !session) return []
  const before = rankOf(intent.previousLevel, session.features)
  const after = rankOf(intent.powerLevel, session.features)
  if (before === after) return []
  const nick = spelling(context, targetOf(intent.subject).name)
  const change = (sign: '+' | '-', rank: string): IrcAction => ({
    type: 'command',
    command: 'MODE',
    middle: [targetName(context, name), sign + rank],
    last: nick,
  })
  return [...(before === undefined ? [] : [change('-', before)]), ...(after === undefined ? [] : [change('+', after)])]
}
