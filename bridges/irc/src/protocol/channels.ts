import type { ServerFeatures } from './features.ts'
import { parseModeChanges } from './mode-changes.ts'
import type { IrcLine } from './line.ts'

export interface ChannelPerson {
  /** As the person spells it. */
  nick: string
  /** Mode letters of their ranks (`o`, `v`), in no order. */
  readonly ranks: Set<string>
}

/** A channel this connection is in, as far as the server told. */
export interface Channel {
  /** As the server spells it. */
  name: string
  /** Our own nick, folded. */
  self: string
  /** By folded nick. */
  readonly people: Map<string, ChannelPerson>
  /** False until the first list of names has ended. */
  hasNames: boolean
  /** True: the people are all who are in it. */
  hasAllNames: boolean
  topic: string | undefined
  /** Settings by mode letter, with their parameter or ''. */
  readonly modes: Map<string, string>
  /** False until the server has told them. */
  hasModes: boolean
  createdAtMs: number | undefined
}

/** Keeps the channels of one session in step with the lines the server sends. */
export class Channels {
  readonly #channels = new Map<string, Channel>()
  /** Names being listed anew, kept in step like the people, whom they replace when the list ends. */
  readonly #listing = new Map<string, Map<string, ChannelPerson>>()

  get(name: string, features: ServerFeatures): Channel | undefined {
    return this.#channels.get(features.fold(name))
  }

  all(): readonly Channel[] {
    return [...this.#channels.values()]
  }

  /** Takes a line in. Returns the channels it concerns as they were known before a person left. */
  apply(line: IrcLine, isSelf: boolean, features: ServerFeatures): readonly Channel[] {
    switch (line.command) {
      case 'JOIN':
        return this.#join(line, isSelf, features)
      case 'PART':
      case 'KICK':
        return this.#leave(line, isSelf, features)
      case 'QUIT':
        return this.#quit(line.nick, features)
      case 'RENAME':
        return this.#renameChannel(line.params, features)
      case 'NICK':
        return this.#rename(line.nick, line.params[0] ?? '', features)
      case 'MODE':
      case '324':
        return this.#mode(line, features)
      case 'TOPIC':
        return this.#update(line.params[0], features, (channel) => (channel.topic = line.params[1] ?? channel.topic))
      case '331':
        return this.#update(line.params[1], features, (channel) => (channel.topic = ''))
      case '332':
        return this.#update(line.params[1], features, (channel) => (channel.topic = line.params[2] ?? channel.topic))
      case '329':
        return this.#update(
          line.params[1],
          features,
          (channel) => (channel.createdAtMs = Number(line.params[2]) * 1000),
        )
      case '353':
        return this.#listNames(line, features)
      case '366':
        return this.#endNames(line, features)
      default:
        return []
    }
  }

  #update(name: string | undefined, features: ServerFeatures, change: (channel: Channel) => void): readonly Channel[] {
    const channel = name === undefined ? undefined : this.get(name, features)
    if (!channel) return []
    change(channel)
    return [channel]
  }

  #join(line: IrcLine, isSelf: boolean, features: ServerFeatures): readonly Channel[] {
    const name = line.params[0] ?? ''
    const folded = features.fold(line.nick)
    if (isSelf) {
      this.#listing.delete(features.fold(name))
      this.#channels.set(features.fold(name), {
        name,
        self: folded,
        people: new Map<string, ChannelPerson>(),
        hasNames: false,
        hasAllNames: false,
        topic: undefined,
        modes: new Map(),
        hasModes: false,
        createdAtMs: undefined,
      })
    }
    return this.#update(name, features, (channel) => {
      for (const people of this.#listsOf(channel, features)) people.set(folded, { nick: line.nick, ranks: new Set() })
    })
  }

  /** The people of a channel, and those of them who are being listed. */
  #listsOf(channel: Channel, features: ServerFeatures): readonly Map<string, ChannelPerson>[] {
    const listed = this.#listing.get(features.fold(channel.name))
    return listed === undefined ? [channel.people] : [channel.people, listed]
  }

  #leave(line: IrcLine, isSelf: boolean, features: ServerFeatures): readonly Channel[] {
    const who = line.command === 'KICK' ? (line.params[1] ?? '') : line.nick
    const channel = this.get(line.params[0] ?? '', features)
    if (!channel) return []
    for (const people of this.#listsOf(channel, features)) people.delete(features.fold(who))
    if (isSelf) {
      this.#channels.delete(features.fold(channel.name))
      this.#listing.delete(features.fold(channel.name))
    }
    return [channel]
  }

  #quit(nick: string, features: ServerFeatures): readonly Channel[] {
    const folded = features.fold(nick)
    const isIn = (channel: Channel): boolean =>
      this.#listsOf(channel, features)
        .map((people) => people.delete(folded))
        .includes(true)
    return this.all().filter(isIn)
  }

  /** Everybody stays where they are; it is called otherwise. */
  #renameChannel([from = '', to = '']: readonly string[], features: ServerFeatures): readonly Channel[] {
    const channel = this.get(from, features)
    if (!channel || to === '') return []
    const listing = this.#listing.get(features.fold(from))
    this.#channels.delete(features.fold(from))
    this.#listing.delete(features.fold(from))
    channel.name = to
    this.#channels.set(features.fold(to), channel)
    if (listing) this.#listing.set(features.fold(to), listing)
    return [channel]
  }

  #rename(from: string, to: string, features: ServerFeatures): readonly Channel[] {
    const [before, after] = [features.fold(from), features.fold(to)]
    const isIn = (channel: Channel): boolean => {
      if (channel.self === before) channel.self = after
      const lists = this.#listsOf(channel, features)
      return lists.map((people) => renameIn(people, before, { nick: to, folded: after })).includes(true)
    }
    return this.all().filter(isIn)
  }

  #mode(line: IrcLine, features: ServerFeatures): readonly Channel[] {
    const [target, text, ...params] = line.command === '324' ? line.params.slice(1) : line.params
    return this.#update(target, features, (channel) => {
      // No modes at all are told as a plus.
      if (text === undefined) return
      if (line.command === '324') {
        channel.modes.clear()
        channel.hasModes = true
      }
      for (const { isSet, mode, param } of parseModeChanges(text, params, features)) {
        if (features.prefixes.some((prefix) => prefix.mode === mode)) {
          for (const people of this.#listsOf(channel, features))
            rankIn(people, { nick: param ?? '', mode, isSet }, features)
        } else if (features.channelModes[0].includes(mode)) continue
        else if (isSet) channel.modes.set(mode, param ?? '')
        else channel.modes.delete(mode)
      }
    })
  }

  #listNames(line: IrcLine, features: ServerFeatures): readonly Channel[] {
    const channel = this.get(line.params[2] ?? '', features)
    if (!channel) return []
    const key = features.fold(channel.name)
    const names = this.#listing.get(key) ?? new Map<string, ChannelPerson>()
    this.#listing.set(key, names)
    for (const entry of (line.params[3] ?? '').split(' ')) {
      const ranks = readRanks(entry, features)
      const nick = entry.slice(ranks.length).split('!')[0] ?? ''
      if (nick !== '') names.set(features.fold(nick), { nick, ranks: new Set(ranks) })
    }
    return [channel]
  }

  /** A list that names us is the whole; any other was cut, or told by somebody who does not see all. */
  #endNames(line: IrcLine, features: ServerFeatures): readonly Channel[] {
    return this.#update(line.params[1], features, (channel) => {
      const key = features.fold(channel.name)
      const names = this.#listing.get(key)
      this.#listing.delete(key)
      channel.hasNames = true
      if (!names) return
      const isWhole = names.has(channel.self)
      if (isWhole) channel.people.clear()
      for (const [folded, person] of names) {
        if (isWhole || !channel.people.has(folded)) channel.people.set(folded, person)
      }
      channel.hasAllNames ||= isWhole
    })
  }
}

function renameIn(
  people: Map<string, ChannelPerson>,
  before: string,
  { nick, folded }: { readonly nick: string; readonly folded: string },
): boolean {
  const person = people.get(before)
  if (!person) return false
  people.delete(before)
  people.set(folded, { nick, ranks: person.ranks })
  return true
}

/** Who gets a rank is in the channel, whether a list has named them or not. */
function rankIn(
  people: Map<string, ChannelPerson>,
  { nick, mode, isSet }: { readonly nick: string; readonly mode: string; readonly isSet: boolean },
  features: ServerFeatures,
): void {
  const person = people.get(features.fold(nick))
  if (!isSet) person?.ranks.delete(mode)
  else if (person) person.ranks.add(mode)
  else if (nick !== '') people.set(features.fold(nick), { nick, ranks: new Set([mode]) })
}

/** Mode letters of the rank symbols an entry of a list of names begins with. */
function readRanks(entry: string, features: ServerFeatures): string[] {
  const ranks: string[] = []
  for (const character of entry) {
    const prefix = features.prefixes.find(({ symbol }) => symbol === character)
    if (!prefix) break
    ranks.push(prefix.mode)
  }
  return ranks
}
