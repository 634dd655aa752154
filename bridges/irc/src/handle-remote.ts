import { nameInWords, type ChatKey, type RemoteEvent } from '@pons/core'
import { powerLevelOf, privateSnapshot, remoteUser, settingModes, settingsOf } from './chat-info.ts'
import type { RemoteContext } from './remote-context.ts'
import { actionText, isCtcp } from './convert/ctcp-text.ts'
import { stripFormatting } from './convert/formatting.ts'
import { answerCtcp } from './ctcp.ts'
import { handleByMessageId } from './handle-message-ids.ts'
import { privateChat } from './history-work.ts'
import { userIdOf } from './ids.ts'
import { snapshotOf } from './irc-context.ts'
import type { LineId } from './line-ids.ts'
import { chatName } from './network.ts'
import type { Channel } from './protocol/channels.ts'
import { legible } from './protocol/decode-line.ts'
import type { IrcLine } from './protocol/line.ts'
import { parseModeChanges } from './protocol/mode-changes.ts'
import type { Session } from './protocol/session.ts'
import { joinRefusals } from './refusals.ts'
import { audienceOf, isService, lineTimeMs, messageEvent } from './remote-message.ts'
import { tellOwner } from './tell-owner.ts'

interface Remote {
  readonly context: RemoteContext
  readonly session: Session
  readonly line: IrcLine
  /** Channels the line concerns, as far as we are in them. */
  readonly channels: readonly Channel[]
}

/** Turns a line into what the framework is to store. Called once for each line, in the order of arrival; never waits. */
export function handleRemote(
  context: RemoteContext,
  session: Session,
  line: IrcLine,
  channels: readonly Channel[],
): void {
  if (context.catchUp.take(line, session)) return
  const remote: Remote = { context, session, line, channels }
  switch (line.command) {
    case 'PRIVMSG':
    case 'NOTICE':
      return handleText(remote)
    case 'REDACT':
    case 'TAGMSG':
      return handleByMessageId(context, session, line)
    case 'JOIN':
      return handleJoin(remote)
    case 'PART':
    case 'QUIT':
      return handleLeave(remote)
    case 'KICK':
      return handleKick(remote)
    case 'RENAME':
      return handleRename(remote)
    case 'NICK':
      return handleNick(remote)
    case 'MODE':
      return handleMode(remote)
    case 'TOPIC':
      if (line.params[1] === undefined) return
      return forObserved(remote, (base, channel) => ({
        ...base,
        kind: 'chat-info',
        ...(line.nick !== '' && { sender: remoteUser(context.network.name, line.nick, session.features) }),
        changes: { topic: stripFormatting(channel.topic ?? '') },
      }))
    case '324':
      return channels.forEach((channel) => context.catchUp.noteModes(channel, session))
    case '366':
      return channels.forEach((channel) => context.catchUp.noteNames(channel, session))
    case 'INVITE':
      return handleInvite(remote)
    case '470':
      return handleForward(remote)
    default:
      if (joinRefusals.has(line.command)) handleJoinRefusal(remote)
  }
}

interface EventBase {
  readonly chat: ChatKey
  readonly id: RemoteEvent['id']
  readonly timestampMs: number
}

/** Stores what `make` says for each channel of the line whose observer we are. */
function forObserved(
  { context, line, channels }: Remote,
  make: (base: EventBase, channel: Channel) => RemoteEvent | undefined,
): void {
  const { network } = context
  for (const channel of channels) {
    if (!network.isObserver(context.self, channel.name)) continue
    const base = {
      chat: network.channelChat(channel.name),
      id: network.nextLineId(context.connectionNumber),
      timestampMs: lineTimeMs(context, line),
      ...(context.login && { login: context.login.id }),
    }
    const event = make(base, channel)
    if (event) network.push(event)
  }
}

function handleText(remote: Remote): void {
  const { context, session, line } = remote
  const target = line.params[0] ?? ''
  if (session.isServers(line)) return
  const name = target.slice(session.features.statusOf(target).length)
  if (!session.features.isChannel(name)) return handlePrivateText(remote)
  const channel = session.channel(name)
  if (!channel) return
  const { network } = context
  const folded = network.fold(channel.name)
  if (network.nicks.isOurs(line.nick, `${line.user}@${line.host}`)) {
    const timeMs = lineTimeMs(context, line)
    const isNew = line.tags['msgid'] !== undefined || network.isObserver(context.self, name)
    if (isNew)
      network.ownLines.add(folded, {
        command: line.command,
        text: line.params[1] ?? '',
        id: line.tags['msgid'],
        timeMs,
      })
    return
  }
  if (!network.isObserver(context.self, name)) return context.recent.add(folded, line)
  const chat = network.channelChat(name)
  network.lastSeen.noteSaid(folded)
  const lineId = idOf(context, session, line, chat)
  const audience = audienceOf(session, channel, line)
  const event = messageEvent(context, session, line, {
    chat,
    id: lineId.id,
    createPortal: { kind: 'channel', name: legible(channel.name) },
    ...(audience !== undefined && { audience }),
  })
  if (!event) return
  network.lanes.push(chatName(chat), async () => {
    const id = await network.lineIds.settle(chat, line, lineId)
    return await network.roomMaking({ ...event, id }, () => snapshotOf(context, channel, session))
  })
}

function handlePrivateText(remote: Remote): void {
  const { context, session, line } = remote
  const { network, login } = context
  const text = line.params[1] ?? ''
  if (session.isSelf(line.nick) || network.nicks.isOurs(line.nick) || !session.isSelf(line.params[0] ?? '')) return
  if (isCtcp(text) && actionText(text) === undefined) return answerCtcp(network.parts.clock, session, line)
  if (!login) return answerForRelay(remote)
  const sender = remoteUser(network.name, line.nick, session.features)
  const chat = privateChat(context, session, line.nick)
  if (isService(line)) {
    const words = `${line.nick} on ${network.displayName}: ${stripFormatting(text)}`
    tellOwner(context, words)
    return
  }
  const lineId = idOf(context, session, line, chat)
  const createPortal = privateSnapshot(sender, line.nick)
  const event = messageEvent(context, session, line, { chat, id: lineId.id, createPortal })
  if (!event) return
  context.catchUp.privates.push(async () => ({ ...event, id: await network.lineIds.settle(chat, line, lineId) }), event)
}

function idOf(context: RemoteContext, session: Session, line: IrcLine, chat: ChatKey): LineId {
  const { network, connectionNumber } = context
  return network.lineIds.live(chat, line, session.historyPrecisionMs) ?? { id: network.nextLineId(connectionNumber) }
}

// Nobody reads what is said to the relay alone; a message is answered, a notice never (or two programs talk for ever).
function answerForRelay({ context, session, line }: Remote): void {
  if (line.command !== 'PRIVMSG' || !context.greeted.isFirst(context.network.fold(line.nick))) return
  session.write(
    'NOTICE',
    [line.nick, 'I carry messages between IRC and Matrix; nobody reads what you say to me here.'],
    line.nick,
  )
}

function handleJoin(remote: Remote): void {
  const { context, session, line } = remote
  const { network } = context
  if (session.isSelf(line.nick)) {
    const channel = session.channel(line.params[0] ?? '')
    if (channel) context.catchUp.begin(channel, session)
    return
  }
  if (network.nicks.isOurs(line.nick)) return
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(remote, (base) => ({ ...base, kind: 'membership', user, change: 'join' }))
}

function handleLeave(remote: Remote): void {
  const { context, session, line } = remote
  const { network } = context
  const reason = stripFormatting((line.command === 'QUIT' ? line.params[0] : line.params[1]) ?? '')
  if (session.isSelf(line.nick)) {
    for (const channel of remote.channels) {
      network.stopObserving(context.self, channel.name, session)
      if (context.joins.isWanted(channel.name)) context.joins.markKicked(channel.name)
      else if (!network.observerOf(channel.name)) network.lastSeen.forget(network.fold(channel.name))
    }
    return
  }
  const isOurs = network.nicks.isOurs(line.nick)
  if (line.command === 'QUIT') network.nicks.noteGone(line.nick)
  if (isOurs) return handleOwnGone(remote, line.nick)
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(remote, (base) => ({
    ...base,
    kind: 'membership',
    user,
    change: 'leave',
    ...(reason !== '' && { reason }),
  }))
}

/** A login's rank in a channel ends with its being there. */
function handleOwnGone(remote: Remote, nick: string): void {
  const { network } = remote.context
  if (network.client(network.nicks.holderOf(nick) ?? '')?.login === undefined) return
  const user = userIdOf({ network: network.name, name: remote.session.features.fold(nick) })
  forObserved(remote, (base) => ({ ...base, kind: 'chat-info', changes: {}, levels: [{ user, powerLevel: 0 }] }))
}

function handleKick(remote: Remote): void {
  const { context, session, line } = remote
  const { network } = context
  const [, victim = '', words = ''] = line.params
  const reason = stripFormatting(words)
  const by = line.nick === '' ? undefined : remoteUser(network.name, line.nick, session.features)
  const because = reason === '' ? '' : `: ${nameInWords(reason)}`
  const said = `${nameInWords(victim)} was kicked by ${nameInWords(line.nick || line.source)}${because}`
  if (network.nicks.isOurs(victim)) {
    forObserved(remote, (base) => ({ ...base, kind: 'notice', text: legible(said) }))
    handleOwnGone(remote, victim)
    if (!session.isSelf(victim)) return
    for (const channel of remote.channels) {
      network.stopObserving(context.self, channel.name, session)
      context.joins.markKicked(channel.name)
    }
    return
  }
  const user = remoteUser(network.name, victim, session.features)
  forObserved(remote, (base) => ({
    ...base,
    kind: 'membership',
    user,
    change: 'kick',
    ...(by && { by }),
    ...(reason !== '' && { reason }),
  }))
}

// RENAME #from #to :reason
function handleRename({ context, session, line, channels }: Remote): void {
  const { network, login } = context
  const [from = ''] = line.params
  const [channel] = channels
  if (!channel) return
  const isObserver = network.renameChannel(context.self, from, channel.name)
  context.joins.rename(from, channel.name)
  context.catchUp.rename(from, channel.name)
  if (!isObserver) return
  const [former, chat] = [network.channelChat(from), network.channelChat(channel.name)]
  const event: RemoteEvent = {
    kind: 'chat-info',
    chat,
    ...(chat.chat !== former.chat && { formerChat: former }),
    id: network.nextLineId(context.connectionNumber),
    timestampMs: lineTimeMs(context, line),
    ...(login && { login: login.id }),
    ...(line.nick !== '' && { sender: remoteUser(network.name, line.nick, session.features) }),
    changes: { name: legible(channel.name) },
  }
  network.lanes.push(chatName(chat), async () => {
    if (!(await network.hasPortal(former))) return undefined
    network.notePortal(chat)
    return event
  })
}

function handleNick(remote: Remote): void {
  const { context, session, line } = remote
  const { network } = context
  const to = line.params[0] ?? ''
  if (session.isSelf(to)) {
    network.nicks.take(to, context.key, session.address).catch((error: unknown) => {
      network.parts.host.logger.error({ err: error, client: context.label }, 'own nick not stored')
    })
    return
  }
  const wasOurs = network.nicks.isOurs(line.nick)
  network.nicks.noteGone(line.nick)
  if (wasOurs || network.nicks.isOurs(to)) return
  const from = userIdOf({ network: network.name, name: session.features.fold(line.nick) })
  forObserved(remote, (base) => ({ ...base, kind: 'rename', from, to: remoteUser(network.name, to, session.features) }))
}

function handleMode(remote: Remote): void {
  const { context, session, line, channels } = remote
  const { network } = context
  const changes = parseModeChanges(line.params[1] ?? '', line.params.slice(2), session.features)
  const ranks = new Set(session.features.prefixes.map(({ mode }) => mode))
  const people = new Set(changes.filter(({ mode }) => ranks.has(mode)).map(({ param }) => param ?? ''))
  for (const channel of channels) {
    context.catchUp.noteModes(channel, session)
    if (changes.some(({ mode }) => mode === 'k')) context.joins.learnKey(channel.name, channel.modes.get('k'))
  }
  forObserved(remote, (base, channel) => {
    const levels = [...people].flatMap((nick) => {
      const name = session.features.fold(nick)
      // Of somebody who was never named it is not known which ranks are left. A relay is nobody's own.
      const isNobodys =
        network.nicks.isOurs(nick) && network.client(network.nicks.holderOf(nick) ?? '')?.login === undefined
      const ranks = isNobodys ? undefined : channel.people.get(name)?.ranks
      return ranks === undefined
        ? []
        : [{ user: userIdOf({ network: network.name, name }), powerLevel: powerLevelOf(ranks, session.features) }]
    })
    // Before all are known, they say nothing of the door; the snapshot will.
    const { relayNick } = network
    const isRelays =
      relayNick !== undefined && [...people].some((nick) => network.fold(nick) === network.fold(relayNick))
    const areSettings = channel.hasModes && (isRelays || changes.some(({ mode }) => settingModes.includes(mode)))
    if (levels.length === 0 && !areSettings) return undefined
    return {
      ...base,
      kind: 'chat-info',
      ...(line.nick !== '' && { sender: remoteUser(network.name, line.nick, session.features) }),
      changes: areSettings ? settingsOf(channel, session.features, relayNick) : {},
      ...(levels.length > 0 && { levels }),
    }
  })
}

function handleInvite({ context, session, line }: Remote): void {
  const [invited = '', channel = ''] = line.params
  if (!session.isSelf(invited)) return
  if (context.joins.isWanted(channel)) return context.joins.want(channel)
  const { network } = context
  tellOwner(
    context,
    `${nameInWords(line.nick)} invites you to ${nameInWords(channel)} on ${network.displayName}. Say \`join ${network.name} ${channel}\` to go there.`,
  )
}

// 470 nick #asked #given :Forwarding to another channel
function handleForward({ context, line }: Remote): void {
  const [, asked = '', given = ''] = line.params
  context.joins.noteForward(asked, given)
  handleRefused(context, asked, '470', `it leads to ${given}`)
}

function handleJoinRefusal({ context, line }: Remote): void {
  handleRefused(context, line.params[1] ?? '', line.command, line.params.at(-1) ?? '')
}

function handleRefused(context: RemoteContext, channel: string, code: string, words: string): void {
  const { network } = context
  if (!context.joins.markRefused(channel, code, words)) return
  // While another connection of ours is in the channel, its room has nothing to miss.
  if (network.observerOf(channel)) return
  const { message } = context.joins.refusalOf(channel) ?? { message: words }
  network.push({
    kind: 'notice',
    chat: network.channelChat(channel),
    id: network.nextLineId(context.connectionNumber),
    timestampMs: network.parts.host.now(),
    ...(context.login && { login: context.login.id }),
    text: legible(`The bridge could not join: ${message}.`),
  })
}
