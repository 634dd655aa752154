import type { RemoteEvent } from '@pons/core'
import { settingModes, settingsOf } from '../chat-info/channel-settings.ts'
import { powerLevelOf } from '../chat-info/power-level-of.ts'
import { remoteUser } from '../chat-info/remote-user.ts'
import { chatName } from '../chat-name.ts'
import { stripFormatting } from '../convert/formatting.ts'
import { userIdOf } from '../ids.ts'
import { legible } from '../protocol/decode-line.ts'
import { parseModeChanges } from '../protocol/mode-changes.ts'
import { forObserved } from './for-observed.ts'
import { lineTimeMs } from './line-time-ms.ts'
import { noteModes } from './note-modes.ts'
import type { ReadLine } from './line-read.ts'

/** What a channel is called, what it is about, and who may do what in it. */
export function handleChannelChange(read: ReadLine): void {
  switch (read.line.command) {
    case 'TOPIC':
      return handleTopic(read)
    case 'MODE':
      return handleMode(read)
    case 'RENAME':
      return handleRename(read)
  }
}

function handleTopic(read: ReadLine): void {
  const { context, session, line } = read
  if (line.params[1] === undefined) return
  forObserved(read, (base, channel) => ({
    ...base,
    kind: 'chat-info',
    ...(line.nick !== '' && { sender: remoteUser(context.network.name, line.nick, session.features) }),
    changes: { topic: stripFormatting(channel.topic ?? '') },
  }))
}

/** Ranks of people, and who may do what in the channel. */
function handleMode(read: ReadLine): void {
  const { context, session, line, channels } = read
  const { network } = context
  const changes = parseModeChanges(line.params[1] ?? '', line.params.slice(2), session.features)
  const ranks = new Set(session.features.prefixes.map(({ mode }) => mode))
  const people = new Set(changes.filter(({ mode }) => ranks.has(mode)).map(({ param }) => param ?? ''))
  for (const channel of channels) {
    noteModes(context, channel, session)
    if (changes.some(({ mode }) => mode === 'k')) context.joins.learnKey(channel.name, channel.modes.get('k'))
  }
  forObserved(read, (base, channel) => {
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

// RENAME #from #to :reason
function handleRename({ context, session, line, channels }: ReadLine): void {
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
