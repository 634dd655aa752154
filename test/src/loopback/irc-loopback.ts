import { startInspircd, type Inspircd } from '../irc/inspircd.ts'
import { IrcPerson, type HeardLine } from '../irc/irc-person.ts'
import type { MatrixPerson } from '../matrix/matrix-person.ts'
import { ManagementRoom } from '../matrix/management-room.ts'
import type { LoopbackChat, RemoteRef, SeenMessage } from './loopback-chat.ts'
import type { LoopbackNetwork } from './loopback-network.ts'

export interface IrcLoopbackOptions {
  /** False: the server keeps no history, so what is said while the bridge is away reaches nobody. Default true. */
  readonly keepsHistory?: boolean
  readonly channel?: string
  /** Further channels that are relayed, too. */
  readonly more?: readonly string[]
  /** The name of the network in the configuration. */
  readonly network?: string
  /** True: the first two people log in under nicks of their own, and the third speaks through the relay. */
  readonly isShared?: boolean
}

/** A real InspIRCd, a channel that is relayed, and somebody who talks in it. */
export async function startIrcLoopback(options: IrcLoopbackOptions = {}): Promise<LoopbackNetwork> {
  const { keepsHistory = true, channel = '#pons', more = [], network = 'test', isShared = false } = options
  const channels = [channel, ...more]
  // History must reach back over everything said while the bridge was away, which may be several kills in a row.
  const history = { defaultModes: 'ntoH 6000:1h', historyLines: 6000 }
  const server = await startInspircd(keepsHistory ? history : { defaultModes: 'nto' })
  const person = await IrcPerson.connect({ host: server.host, port: server.port, nick: 'talker', timeoutMs: 60_000 })
  for (const each of channels) await person.join(each)
  let newChats = 0
  return {
    id: 'irc',
    botLocalpart: 'ircbot',
    settings: settingsFor(server, network, channels),
    withoutSteps: {
      'bridge:history-delivered': 'a new room begins with what the server plays back',
      'bridge:disappeared': 'nothing that was said disappears',
      ...(keepsHistory && { 'bridge:uncertain-told': 'what became of a line can be looked up' }),
    },
    keepsHistory,
    speakers: isShared ? 3 : 2,
    pauseMs: 25,
    async enter(people) {
      if (isShared) for (const [number, one] of people.slice(0, 2).entries()) await logIn(one, `speaker${number}`)
      const chats: IrcChat[] = []
      for (const each of channels) {
        const roomIds = await Promise.all(people.map((one) => joinRelayed(one, network, each)))
        chats.push(new IrcChat(person, each, { roomId: roomIds[0] ?? '', ...(isShared && { speakers: [0, 1, 2] }) }))
      }
      return chats
    },
    async newChat(reader) {
      const fresh = `${channel}-${++newChats}`
      await person.join(fresh)
      await joinRelayed(reader, network, fresh)
      person.say(fresh, `the first line in ${fresh}`)
    },
    faults: {
      outstanding: () => 0,
      disconnect: () => killConnections(server, channel),
      ...(isShared && { revoke: () => ban(server, 'speaker0') }),
      malformed: () => person.raw(`PRIVMSG ${channel} :\x03\x02\x1f\x16\x01broken \xff\xfe`),
    },
    violations: () => [],
    save: () => ({ server: undefined, roomIds: [] }),
    async [Symbol.asyncDispose]() {
      await person[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

function settingsFor({ host, port }: Inspircd, network: string, channels: readonly string[]) {
  const flood = { burst_lines: 1000, lines_per_second: 2000, burst_bytes: 200_000, bytes_per_second: 400_000 }
  const reconnect = { first_ms: 50, longest_ms: 500, throttled_ms: 500, refused_ms: 500, stable_ms: 1000 }
  return {
    regain_interval_ms: 200,
    reconnect,
    networks: { [network]: { address: host, port, tls: 'plain', channels: [...channels], flood } },
  }
}

async function logIn(person: MatrixPerson, nick: string): Promise<void> {
  const room = await ManagementRoom.open(person, 'ircbot')
  await room.ask('login', 'Network name')
  await room.ask('test', 'Nick')
  await room.ask(nick, 'Password is for')
  await room.ask('none', 'Logged in as')
}

async function joinRelayed(person: MatrixPerson, network: string, channel: string): Promise<string> {
  return await person.join(`#irc_${network}_${channel}${person.userId.slice(person.userId.indexOf(':'))}`)
}

/** Logged in as an operator of the server. */
async function asOperator(server: Inspircd, work: (operator: IrcPerson) => Promise<void>): Promise<void> {
  const { name, password } = server.operator
  await using operator = await IrcPerson.connect({ host: server.host, port: server.port, nick: 'operator' })
  operator.raw(`OPER ${name} ${password}`)
  await operator.waitFor((line) => line.command === '381')
  await work(operator)
}

/** The network wants that person no more: cut off, and refused whenever they come again. */
async function ban(server: Inspircd, nick: string): Promise<void> {
  await asOperator(server, async (operator) => {
    operator.raw(`WHOIS ${nick}`)
    const { params } = await operator.waitFor(({ command, params: [, who] }) => command === '311' && who === nick)
    const from = operator.transcript.length
    operator.raw(`KLINE ${params[2]}@* 1d :not wanted here`)
    await operator.settled()
    operator.raw(`WHOIS ${nick}`)
    await operator.waitFor(({ command, params: [, who] }) => command === '401' && who === nick, from)
  })
}

/** As an operator of the server would: everybody in the channel but the talker is cut off. */
async function killConnections(server: Inspircd, channel: string): Promise<void> {
  await asOperator(server, async (operator) => {
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
  })
}

class IrcChat implements LoopbackChat {
  readonly kind = 'group'
  readonly roomId: string
  readonly speakers?: readonly number[]
  readonly #person: IrcPerson
  readonly #channel: string
  #said = 0

  constructor(
    person: IrcPerson,
    channel: string,
    { roomId, speakers }: { readonly roomId: string; readonly speakers?: readonly number[] },
  ) {
    this.#person = person
    this.#channel = channel
    this.roomId = roomId
    if (speakers !== undefined) this.speakers = speakers
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
