import { startInspircd, type Inspircd } from '../irc/inspircd.ts'
import { IrcPerson, type HeardLine } from '../irc/irc-person.ts'
import type { MatrixPerson } from '../matrix/matrix-person.ts'
import type { LoopbackChat, RemoteRef, SeenMessage } from './loopback-chat.ts'
import type { LoopbackNetwork } from './loopback-network.ts'

export interface IrcLoopbackOptions {
  /** False: the server keeps no history, so what is said while the bridge is away reaches nobody. Default true. */
  readonly keepsHistory?: boolean
  readonly channel?: string
  /** The name of the network in the configuration. */
  readonly network?: string
}

const steps = ['irc:before-write', 'irc:written', 'irc:answered'] as const

/** A real InspIRCd, a channel that is relayed, and somebody who talks in it. */
export async function startIrcLoopback(options: IrcLoopbackOptions = {}): Promise<LoopbackNetwork> {
  const { keepsHistory = true, channel = '#pons', network = 'test' } = options
  // History must reach back over everything said while the bridge was away, which may be several kills in a row.
  const history = { defaultModes: 'ntoH 6000:1h', historyLines: 6000 }
  const server = await startInspircd(keepsHistory ? history : { defaultModes: 'nto' })
  const person = await IrcPerson.connect({ host: server.host, port: server.port, nick: 'talker', timeoutMs: 60_000 })
  await person.join(channel)
  return {
    id: 'irc',
    botLocalpart: 'ircbot',
    settings: settingsFor(server, network, channel),
    steps,
    keepsHistory,
    speakers: 2,
    pauseMs: 25,
    async enter(people) {
      const roomIds = await Promise.all(people.map((one) => joinRelayed(one, network, channel)))
      return [new IrcChat(person, channel, roomIds[0] ?? '')]
    },
    faults: {
      disconnect: () => killConnections(server, channel),
      malformed: () => person.raw(`PRIVMSG ${channel} :\x03\x02\x1f\x16\x01broken \xff\xfe`),
    },
    violations: () => [],
    async [Symbol.asyncDispose]() {
      await person[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

function settingsFor({ host, port }: Inspircd, network: string, channel: string) {
  const flood = { burst_lines: 1000, lines_per_second: 2000, burst_bytes: 200_000, bytes_per_second: 400_000 }
  const reconnect = { first_ms: 50, longest_ms: 500, throttled_ms: 500, refused_ms: 500, stable_ms: 1000 }
  return {
    regain_interval_ms: 200,
    reconnect,
    networks: { [network]: { address: host, port, tls: 'plain', channels: [channel], flood } },
  }
}

async function joinRelayed(person: MatrixPerson, network: string, channel: string): Promise<string> {
  return await person.join(`#irc_${network}_${channel}${person.userId.slice(person.userId.indexOf(':'))}`)
}

/** As an operator of the server would: everybody in the channel but the talker is cut off. */
async function killConnections(server: Inspircd, channel: string): Promise<void> {
  const { name, password } = server.operator
  await using operator = await IrcPerson.connect({ host: server.host, port: server.port, nick: 'operator' })
  operator.raw(`OPER ${name} ${password}`)
  await operator.waitFor((line) => line.command === '381')
  const from = operator.transcript.length
  operator.raw(`NAMES ${channel}`)
  await operator.waitFor((line) => line.command === '366', from)
  const names = operator.transcript
    .slice(from)
    .filter(({ command }) => command === '353')
    .flatMap(({ params }) => (params.at(-1) ?? '').split(' '))
    .map((nick) => nick.replace(/^[~&@%+]+/, ''))
  for (const nick of names) if (nick !== 'talker' && nick !== '') operator.raw(`KILL ${nick} :cut off`)
  await operator.settled()
}

class IrcChat implements LoopbackChat {
  readonly kind = 'group'
  readonly roomId: string
  readonly #person: IrcPerson
  readonly #channel: string
  #said = 0

  constructor(person: IrcPerson, channel: string, roomId: string) {
    this.#person = person
    this.#channel = channel
    this.roomId = roomId
  }

  async say(text: string): Promise<RemoteRef> {
    this.#person.say(this.#channel, text)
    await this.#person.settled()
    return { id: `said ${++this.#said}` }
  }

  async sayBold(text: string): Promise<RemoteRef> {
    return await this.say(`\u0002${text}\u0002`)
  }

  async setTopic(topic: string): Promise<void> {
    this.#person.topic(this.#channel, topic)
    await this.#person.settled()
  }

  seen(): SeenMessage[] {
    return this.#person
      .heard(this.#channel)
      .filter(({ isHistory, from }) => !isHistory && from !== this.#person.nick)
      .map((line, index) => seenLine(line, index))
  }

  async seeing(fits: (message: SeenMessage) => boolean, what: string): Promise<SeenMessage> {
    const find = (): SeenMessage | undefined => this.seen().find(fits)
    const already = find()
    if (already !== undefined) return already
    try {
      await this.#person.waitFor(() => find() !== undefined, this.#person.transcript.length)
    } catch (error) {
      const last = this.seen().slice(-5)
      throw new Error(`the person on IRC did not see ${what}; last were ${JSON.stringify(last)}`, { cause: error })
    }
    const found = find()
    if (found === undefined) throw new Error(`the person on IRC no longer sees ${what}`)
    return found
  }
}

/** What the relay says begins with who says it; an answer quotes what it answers. */
function seenLine({ text, id }: HeardLine, index: number): SeenMessage {
  const words = text.replace(/^<[^>]*> /, '')
  return { id: id ?? `line ${index}`, text: words, isEdited: false, isDeleted: false, reactions: [] }
}
