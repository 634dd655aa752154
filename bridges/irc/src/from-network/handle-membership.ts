import { nameInWords } from '@pons/core'
import { remoteUser } from '../chat-info/remote-user.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { userIdOf } from '../ids.ts'
import { legible } from '../protocol/decode-line.ts'
import { forObserved } from './for-observed.ts'
import type { ReadLine } from './line-read.ts'

/** Who comes, goes, is put out, or is called something else. */
export function handleMembership(read: ReadLine): void {
  switch (read.line.command) {
    case 'JOIN':
      return handleJoin(read)
    case 'KICK':
      return handleKick(read)
    case 'NICK':
      return handleNick(read)
    default:
      return handleLeave(read)
  }
}

function handleJoin(read: ReadLine): void {
  const { context, session, line } = read
  const { network } = context
  if (session.isSelf(line.nick)) {
    const channel = session.channel(line.params[0] ?? '')
    if (channel) context.catchUp.begin(channel, session)
    return
  }
  if (network.nicks.isOurs(line.nick)) return
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(read, (base) => ({ ...base, kind: 'membership', user, change: 'join' }))
}

/** PART and QUIT. */
function handleLeave(read: ReadLine): void {
  const { context, session, line } = read
  const { network } = context
  const reason = stripFormatting((line.command === 'QUIT' ? line.params[0] : line.params[1]) ?? '')
  if (session.isSelf(line.nick)) {
    for (const channel of read.channels) {
      network.stopObserving(context.self, channel.name, session)
      if (context.joins.isWanted(channel.name)) context.joins.markKicked(channel.name)
      else if (!network.observerOf(channel.name)) network.lastSeen.forget(network.fold(channel.name))
    }
    return
  }
  const isOurs = network.nicks.isOurs(line.nick)
  if (line.command === 'QUIT') network.nicks.noteGone(line.nick)
  if (isOurs) return handleOwnGone(read, line.nick)
  const user = remoteUser(network.name, line.nick, session.features)
  forObserved(read, (base) => ({
    ...base,
    kind: 'membership',
    user,
    change: 'leave',
    ...(reason !== '' && { reason }),
  }))
}

function handleKick(read: ReadLine): void {
  const { context, session, line } = read
  const { network } = context
  const [, victim = '', words = ''] = line.params
  const reason = stripFormatting(words)
  const by = line.nick === '' ? undefined : remoteUser(network.name, line.nick, session.features)
  const because = reason === '' ? '' : `: ${nameInWords(reason)}`
  const said = `${nameInWords(victim)} was kicked by ${nameInWords(line.nick || line.source)}${because}`
  if (network.nicks.isOurs(victim)) {
    forObserved(read, (base) => ({ ...base, kind: 'notice', text: legible(said) }))
    handleOwnGone(read, victim)
    if (!session.isSelf(victim)) return
    for (const channel of read.channels) {
      network.stopObserving(context.self, channel.name, session)
      context.joins.markKicked(channel.name)
    }
    return
  }
  const user = remoteUser(network.name, victim, session.features)
  forObserved(read, (base) => ({
    ...base,
    kind: 'membership',
    user,
    change: 'kick',
    ...(by && { by }),
    ...(reason !== '' && { reason }),
  }))
}

function handleNick(read: ReadLine): void {
  const { context, session, line } = read
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
  forObserved(read, (base) => ({ ...base, kind: 'rename', from, to: remoteUser(network.name, to, session.features) }))
}

/** A login's rank in a channel ends with its being there. */
function handleOwnGone(read: ReadLine, nick: string): void {
  const { network } = read.context
  if (network.client(network.nicks.holderOf(nick) ?? '')?.login === undefined) return
  const user = userIdOf({ network: network.name, name: read.session.features.fold(nick) })
  forObserved(read, (base) => ({ ...base, kind: 'chat-info', changes: {}, levels: [{ user, powerLevel: 0 }] }))
}
