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
  /** By folded nick. */
  readonly people: Map<string, ChannelPerson>
  /** False until the first list of names is complete. */
  hasNames: boolean
  topic: string | undefined
  /** Settings by mode letter, with their parameter or ''. */
  readonly modes: Map<string, string>
  createdAtMs: number | undefined
}

/** Keeps the channels of one session in step with the lines the server sends. */
export class Channels {
  readonly #channels = new Map<string, Channel>()
  /** Names being listed anew; they replace the people when the list ends. */
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
      case 'NICK':
        return this.#rename(line.nick, line.params[0] ?? '', features)
      case 'MODE':
      case '324':
        return this.#mode(line, features)
      case 'TOPIC':
        return this.#update(line.params[0], features, (channel) => (channel.topic = line.params[1] ?? ''))
      case '331':
        return this.#update(line.params[1], features, (channel) => (channel.topic = ''))
      case '332':
        return this.#update(line.params[1], features, (channel) => (channel.topic = line.params[2] ?? ''))
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
    if (isSelf) {
      const people = new Map<string, ChannelPerson>()
      this.#channels.set(features.fold(name), {
        name,
        people,
        hasNames: false,
        topic: undefined,
        modes: new Map(),
        createdAtMs: undefined,
      })
    }
    return this.#update(name, features, ({ people }) =>
      people.set(features.fold(line.nick), { nick: line.nick, ranks: new Set() }),
    )
  }

  #leave(line: IrcLine, isSelf: boolean, features: ServerFeatures): readonly Channel[] {
    const who = line.command === 'KICK' ? (line.params[1] ?? '') : line.nick
    const channel = this.get(line.params[0] ?? '', features)
    if (!channel) return []
    channel.people.delete(features.fold(who))
    if (isSelf) this.#channels.delete(features.fold(channel.name))
    return [channel]
  }

  #quit(nick: string, features: ServerFeatures): readonly Channel[] {
    const folded = features.fold(nick)
    return this.all().filter((channel) => channel.people.delete(folded))
  }

  #rename(from: string, to: string, features: ServerFeatures): readonly Channel[] {
    const affected: Channel[] = []
    for (const channel of this.#channels.values()) {
      const person = channel.people.get(features.fold(from))
      if (!person) continue
      channel.people.delete(features.fold(from))
      channel.people.set(features.fold(to), { nick: to, ranks: person.ranks })
      affected.push(channel)
    }
    return affected
  }

  #mode(line: IrcLine, features: ServerFeatures): readonly Channel[] {
    const [target, text = '', ...params] = line.command === '324' ? line.params.slice(1) : line.params
    return this.#update(target, features, (channel) => {
      if (line.command === '324') channel.modes.clear()
      for (const { isSet, mode, param } of parseModeChanges(text, params, features)) {
        if (features.prefixes.some((prefix) => prefix.mode === mode)) {
          const ranks = channel.people.get(features.fold(param ?? ''))?.ranks
          if (isSet) ranks?.add(mode)
          else ranks?.delete(mode)
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

  #endNames(line: IrcLine, features: ServerFeatures): readonly Channel[] {
    return this.#update(line.params[1], features, (channel) => {
      const key = features.fold(channel.name)
      const names = this.#listing.get(key)
      this.#listing.delete(key)
      channel.hasNames = true
      if (!names) return
      channel.people.clear()
      for (const [folded, person] of names) channel.people.set(folded, person)
    })
  }
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
