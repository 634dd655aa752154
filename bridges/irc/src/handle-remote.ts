import type { ChatKey, RemoteEvent } from '@pons/core'
import { powerLevelOf, privateSnapshot, remoteUser, settingsOf } from './chat-info.ts'
import type { IrcClient } from './client.ts'
import { actionText, isCtcp } from './convert/ctcp-text.ts'
import { stripFormatting } from './convert/formatting.ts'
import { answerCtcp } from './ctcp.ts'
import { chatKeyOf, userIdOf } from './ids.ts'
import { chatName } from './network.ts'
import type { Channel } from './protocol/channels.ts'
import type { IrcLine } from './protocol/line.ts'
import { parseModeChanges } from './protocol/mode-changes.ts'
import type { Session } from './protocol/session.ts'
import { joinRefusals } from './refusals.ts'
import { lineId, lineTimeMs, messageEvent } from './remote-message.ts'

/** Lines of services that a person wants to read although no chat with them is open. */
const servicePattern = /serv$/i

interface Remote {
  readonly client: IrcClient
  readonly session: Session
  readonly line: IrcLine
  /** Channels the line concerns, as far as we are in them. */
  readonly channels: readonly Channel[]
}

/** Turns a line into what the framework is to store. Called once for each line, in the order of arrival; never waits. */
export function handleRemote(client: IrcClient, session: Session, line: IrcLine, channels: readonly Channel[]): void {
  if (client.catchUp.take(line)) return
  const remote: Remote = { client, session, line, channels }
  switch (line.command) {
    case 'PRIVMSG':
    case 'NOTICE':
      return handleText(remote)
    case 'JOIN':
      return handleJoin(remote)
    case 'PART':
    case 'QUIT':
      return handleLeave(remote)
    case 'KICK':
      return handleKick(remote)
    case 'NICK':
      return handleNick(remote)
    case 'MODE':
      return handleMode(remote)
    case 'TOPIC':
      return forObserved(remote, (base, channel) => ({
        ...base,
        kind: 'chat-info',
        ...(line.nick !== '' && { sender: remoteUser(client.network.name, line.nick, session.features) }),
        changes: { topic: stripFormatting(channel.topic ?? '') },
      }))
    case '324':
      return channels.forEach((channel) => client.catchUp.noteModes(channel, session))
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
  { client, line, channels }: Remote,
  make: (base: EventBase, channel: Channel) => RemoteEvent | undefined,
): void {
  const { network } = client
  for (const channel of channels) {
    if (!network.isObserver(client, channel.name)) continue
    const base = {
      chat: network.channelChat(channel.name),
      id: lineId(client, line),
      timestampMs: lineTimeMs(client, line),
      ...(client.login && { login: client.login.id }),
    }
    const event = make(base, channel)
    if (event) network.push(event)
  }
}

function handleText(remote: Remote): void {
  const { client, session, line } = remote
  const target = line.params[0] ?? ''
  // Words of the server itself.
  if (line.nick === '' || line.user === '') return
  const status = session.features.statusPrefixes.includes(target.charAt(0)) ? target.charAt(0) : ''
  const name = target.slice(status.length)
  if (!session.features.isChannel(name)) return handlePrivateText(remote)
  const channel = session.channel(name)
  if (!channel) return
  const { network } = client
  const folded = network.fold(channel.name)
  if (network.nicks.isOurs(line.nick, `${line.user}@${line.host}`)) {
    const timeMs = lineTimeMs(client, line)
    const isNew = line.tags['msgid'] !== undefined || network.isObserver(client, name)
    if (isNew)
      network.ownLines.add(folded, {
        command: line.command,
        text: line.params[1] ?? '',
        id: line.tags['msgid'],
        timeMs,
      })
    return
  }
  if (!network.isObserver(client, name)) return client.recent.add(folded, line)
  const chat = network.channelChat(name)
  const event = messageEvent(client, session, line, {
    chat,
    createPortal: { kind: 'channel', name: channel.name },
    ...(status !== '' && { audience: `to ${status}${channel.name}` }),
  })
  if (!event) return
  network.lanes.push(chatName(chat), () => network.roomMaking(event, () => client.snapshotOf(channel, session)))
}

function handlePrivateText(remote: Remote): void {
  const { client, session, line } = remote
  const { network, login } = client
  const text = line.params[1] ?? ''
  if (session.isSelf(line.nick) || network.nicks.isOurs(line.nick) || !session.isSelf(line.params[0] ?? '')) return
  if (isCtcp(text) && actionText(text) === undefined) return answerCtcp(client, session, line)
  if (!login) return answerForRelay(remote)
  const sender = remoteUser(network.name, line.nick, session.features)
  const chat = chatKeyOf({ network: network.name, name: session.features.fold(line.nick) }, login.id)
  if (line.command === 'NOTICE' && servicePattern.test(line.nick)) {
    const words = `${line.nick} on ${network.displayName}: ${stripFormatting(text)}`
    client.tellOwner(words)
    return
  }
  const event = messageEvent(client, session, line, { chat, createPortal: privateSnapshot(sender, line.nick) })
  if (event) network.push(event)
}

// Nobody reads what is said to the relay alone; a message is answered, a notice never (or two programs talk for ever).
function answerForRelay({ client, session, line }: Remote): void {
  if (line.command !== 'PRIVMSG' || !client.isFirstFrom(line.nick)) return
  session.write(
    'NOTICE',
    [line.nick, 'I carry messages between IRC and Matrix; nobody reads what you say to me here.'],
    line.nick,
  )
}

function handleJoin(remote: Remote): void {
  const { client, session, line } = remote
  const { network } = client
  if (session.isSelf(line.nick)) {
    const channel = session.channel(line.params[0] ?? '')
    if (channel) client.catchUp.begin(channel, session)
    return
  }
  if (network.nicks.isOurs(line.nick)) return
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(remote, (base) => ({ ...base, kind: 'membership', user, change: 'join' }))
}

function handleLeave(remote: Remote): void {
  const { client, session, line } = remote
  const { network } = client
  const reason = stripFormatting((line.command === 'QUIT' ? line.params[0] : line.params[1]) ?? '')
  if (session.isSelf(line.nick)) {
    for (const channel of remote.channels) {
      network.stopObserving(client, channel.name)
      if (client.joins.isWanted(channel.name)) client.joins.markKicked(channel.name)
    }
    return
  }
  const isOurs = network.nicks.isOurs(line.nick)
  if (line.command === 'QUIT') network.nicks.noteGone(line.nick)
  if (isOurs) return
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(remote, (base) => ({
    ...base,
    kind: 'membership',
    user,
    change: 'leave',
    ...(reason !== '' && { reason }),
  }))
}

function handleKick(remote: Remote): void {
  const { client, session, line } = remote
  const { network } = client
  const [, victim = '', words = ''] = line.params
  const reason = stripFormatting(words)
  const by = line.nick === '' ? undefined : remoteUser(network.name, line.nick, session.features)
  const said = `${victim} was kicked by ${line.nick || line.source}${reason === '' ? '' : `: ${reason}`}`
  if (network.nicks.isOurs(victim)) {
    forObserved(remote, (base) => ({ ...base, kind: 'notice', text: said }))
    if (!session.isSelf(victim)) return
    for (const channel of remote.channels) {
      network.stopObserving(client, channel.name)
      client.joins.markKicked(channel.name)
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

function handleNick(remote: Remote): void {
  const { client, session, line } = remote
  const { network } = client
  const to = line.params[0] ?? ''
  if (session.isSelf(to)) {
    network.nicks.take(to, client.key, session.address).catch((error: unknown) => {
      network.parts.host.logger.error({ err: error, client: client.label }, 'own nick not stored')
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
  const { client, session, line, channels } = remote
  const { network } = client
  const changes = parseModeChanges(line.params[1] ?? '', line.params.slice(2), session.features)
  const ranks = new Set(session.features.prefixes.map(({ mode }) => mode))
  const people = new Set(changes.filter(({ mode }) => ranks.has(mode)).map(({ param }) => param ?? ''))
  for (const channel of channels) client.catchUp.noteModes(channel, session)
  forObserved(remote, (base, channel) => {
    const levels = [...people]
      .filter((nick) => !network.nicks.isOurs(nick))
      .map((nick) => ({
        user: userIdOf({ network: network.name, name: session.features.fold(nick) }),
        powerLevel: powerLevelOf(channel.people.get(session.features.fold(nick))?.ranks ?? new Set()),
      }))
    const areSettings = changes.some(({ mode }) => 'mtikps'.includes(mode))
    if (levels.length === 0 && !areSettings) return undefined
    return {
      ...base,
      kind: 'chat-info',
      ...(line.nick !== '' && { sender: remoteUser(network.name, line.nick, session.features) }),
      changes: areSettings ? settingsOf(channel.modes) : {},
      ...(levels.length > 0 && { levels }),
    }
  })
}

function handleInvite({ client, session, line }: Remote): void {
  const [invited = '', channel = ''] = line.params
  if (!session.isSelf(invited)) return
  if (client.joins.isWanted(channel)) return client.joins.want(channel)
  const { network } = client
  client.tellOwner(
    `${line.nick} invites you to ${channel} on ${network.displayName}. Say \`join ${network.name} ${channel}\` to go there.`,
  )
}

// 470 nick #asked #given :Forwarding to another channel
function handleForward({ client, line }: Remote): void {
  const [, asked = '', given = ''] = line.params
  client.joins.noteForward(asked, given)
  handleRefused(client, asked, '470', `it leads to ${given}`)
}

function handleJoinRefusal({ client, line }: Remote): void {
  handleRefused(client, line.params[1] ?? '', line.command, line.params.at(-1) ?? '')
}

function handleRefused(client: IrcClient, channel: string, code: string, words: string): void {
  const { network } = client
  if (!client.joins.markRefused(channel, code, words)) return
  // While another connection of ours is in the channel, its room has nothing to miss.
  if (network.observerOf(channel)) return
  const { message } = client.joins.refusalOf(channel) ?? { message: words }
  network.push({
    kind: 'notice',
    chat: network.channelChat(channel),
    id: network.nextLineId(client.connectionNumber),
    timestampMs: network.parts.host.now(),
    ...(client.login && { login: client.login.id }),
    text: `The bridge could not join: ${message}.`,
  })
}
