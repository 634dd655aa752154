import { isJsonObject } from '@pons/matrix'
import type { Work } from './chat-lanes.ts'
import type { IrcClient } from './client.ts'
import { chatName } from './network.ts'
import type { PlayedHistory } from './own-lines.ts'
import type { Channel } from './protocol/channels.ts'
import { serverTimeMs, type IrcLine } from './protocol/line.ts'
import type { Session } from './protocol/session.ts'
import { lineTimeMs, messageEvent } from './remote-message.ts'

interface Arrival {
  readonly channel: Channel
  readonly session: Session
  readonly joinedAtMs: number
  readonly isObserver: boolean
  readonly history: IrcLine[]
}

/** What a server promises of a channel's history: `lines` of the last `durationMs`, and since when it does. */
export interface HistoryPromise {
  readonly lines: number
  readonly durationMs: number
  readonly sinceMs: number
}

const longestRequest = 200

/**
 * The time between being let into a channel and knowing what happened there before. Until the server has played its
 * history, what is said meanwhile waits, so that old lines are stored before new ones.
 */
export class CatchUp {
  readonly #client: IrcClient
  readonly #arrivals = new Map<string, Arrival>()
  readonly #batches = new Map<string, string>()
  readonly #played = new Map<string, PlayedHistory>()
  #barrierGroup: Arrival[] | undefined

  constructor(client: IrcClient) {
    this.#client = client
  }

  /** We have been let in. */
  begin(channel: Channel, session: Session): void {
    const { network } = this.#client
    const isObserver = network.tryObserve(this.#client, channel.name)
    const arrival: Arrival = { channel, session, joinedAtMs: network.parts.host.now(), isObserver, history: [] }
    this.#arrivals.set(network.fold(channel.name), arrival)
    if (isObserver) network.lanes.hold(chatName(network.channelChat(channel.name)))
    session.write('MODE', [channel.name], 'join')
    if (session.hasCapability('draft/chathistory')) {
      const limit = Math.min(session.features.historyLimit || longestRequest, longestRequest)
      session.write('CHATHISTORY', ['LATEST', channel.name, '*', String(limit)], 'join')
    }
    this.#groupBehindBarrier(arrival)
  }

  /** Takes lines of a history in; true when the line was one. */
  take(line: IrcLine): boolean {
    const { network } = this.#client
    if (line.command === 'BATCH') {
      const reference = line.params[0] ?? ''
      const isHistory = line.params[1]?.endsWith('chathistory') === true
      if (reference.startsWith('+') && isHistory)
        this.#batches.set(reference.slice(1), network.fold(line.params[2] ?? ''))
      if (reference.startsWith('-')) this.#batches.delete(reference.slice(1))
      return true
    }
    const channel = this.#batches.get(line.tags['batch'] ?? '')
    if (channel === undefined) return false
    this.#arrivals.get(channel)?.history.push(line)
    return true
  }

  isRunning(channel: string): boolean {
    return this.#arrivals.has(this.#client.network.fold(channel))
  }

  played(channel: string): PlayedHistory | undefined {
    return this.#played.get(this.#client.network.fold(channel))
  }

  /** What the channel's `+H` promises; undefined when the server keeps no history of it. */
  async promise(channel: string): Promise<HistoryPromise | undefined> {
    const stored = await this.#client.network.parts.host.store.get(this.#promiseKey(channel))
    if (!isJsonObject(stored)) return undefined
    const { value } = stored
    const [lines, duration] = typeof value === 'string' ? value.split(':') : []
    const sinceMs = Number(stored['sinceMs'])
    return { lines: Number(lines), durationMs: parseDurationMs(duration ?? ''), sinceMs }
  }

  /** The channel's modes are known or have changed: keeps in mind since when there is a history, and asks for one if set to. */
  noteModes(channel: Channel, session: Session): void {
    const { host, config } = this.#client.network.parts
    const value = channel.modes.get('H')
    this.#rememberPromise(channel.name, value).catch((error: unknown) => {
      host.logger.error({ err: error, client: this.#client.label }, 'history mode not stored')
    })
    const knowsHistory = session.features.channelModes[2].includes('H')
    const isOperator = channel.people.get(session.features.fold(session.nick))?.ranks.has('o') === true
    if (config.history_lines > 0 && value === undefined && knowsHistory && isOperator) {
      session.write('MODE', [channel.name, '+H', `${config.history_lines}:1d`], 'join')
    }
  }

  /** Another connection observed the channel until now. */
  takeOver(channel: string): void {
    const { network, recent, session } = this.#client
    const state = session?.channel(channel)
    if (!session || !state) return
    const works = recent.take(network.fold(channel)).flatMap((line) => this.#workFor(line, state, session))
    const lane = chatName(network.channelChat(channel))
    for (const work of works) network.lanes.push(lane, work)
    this.#pushSnapshot(state, session)
  }

  /** The session is over: what was kept back is stored all the same. */
  endSession(): void {
    for (const arrival of this.#arrivals.values()) this.#releaseLane(arrival)
    this.#arrivals.clear()
    this.#batches.clear()
    this.#barrierGroup = undefined
    this.#client.recent.clear()
  }

  // All channels of one chunk of lines share a barrier, so that a start with many channels costs few lines.
  #groupBehindBarrier(arrival: Arrival): void {
    if (this.#barrierGroup) {
      this.#barrierGroup.push(arrival)
      return
    }
    const group = [arrival]
    this.#barrierGroup = group
    setImmediate(() => {
      this.#barrierGroup = undefined
      arrival.session.barrier('join').then(
        () => group.forEach((one) => this.#finish(one)),
        () => undefined,
      )
    })
  }

  #finish(arrival: Arrival): void {
    const { network, joins } = this.#client
    const { channel, session, history } = arrival
    const folded = network.fold(channel.name)
    // Left, or ended, meanwhile.
    if (this.#arrivals.get(folded) !== arrival) return
    this.#arrivals.delete(folded)
    this.#keepOwnLines(arrival)
    const times = history.map((line) => serverTimeMs(line)).filter((time) => time !== undefined)
    this.#played.set(folded, {
      joinedAtMs: arrival.joinedAtMs,
      lineCount: history.length,
      oldestMs: times.length > 0 ? Math.min(...times) : undefined,
    })
    this.noteModes(channel, session)
    this.#releaseLane(arrival)
    if (network.isObserver(this.#client, channel.name)) this.#pushSnapshot(channel, session)
    joins.markJoined(channel.name)
  }

  #releaseLane({ channel, session, isObserver, history }: Arrival): void {
    if (!isObserver) return
    const { network } = this.#client
    const works = history.flatMap((line) => this.#workFor(line, channel, session))
    network.lanes.release(chatName(network.channelChat(channel.name)), works)
  }

  // A line without an id cannot be told from its repetition in the next history, so it is left out.
  #workFor(line: IrcLine, channel: Channel, session: Session): Work[] {
    const { network } = this.#client
    if (line.tags['msgid'] === undefined || line.nick === '') return []
    if (network.nicks.wasOurs(line.nick, lineTimeMs(this.#client, line))) return []
    const chat = network.channelChat(channel.name)
    const event = messageEvent(this.#client, session, line, {
      chat,
      createPortal: { kind: 'channel', name: channel.name },
    })
    if (!event) return []
    return [
      async () => {
        if (await network.parts.host.isKnown(chat, event.id)) return undefined
        return await network.roomMaking(event, () => this.#client.snapshotOf(channel, session))
      },
    ]
  }

  #keepOwnLines({ channel, history }: Arrival): void {
    const { network } = this.#client
    const folded = network.fold(channel.name)
    if (history.length > 0) network.ownLines.forgetUnnumbered(folded)
    for (const line of history) {
      const timeMs = lineTimeMs(this.#client, line)
      if (!network.nicks.wasOurs(line.nick, timeMs)) continue
      network.ownLines.add(folded, {
        command: line.command,
        text: line.params[1] ?? '',
        id: line.tags['msgid'],
        timeMs,
      })
    }
  }

  #pushSnapshot(channel: Channel, session: Session): void {
    const { network, login } = this.#client
    network.push({
      kind: 'snapshot',
      chat: network.channelChat(channel.name),
      id: network.nextLineId(this.#client.connectionNumber),
      timestampMs: network.parts.host.now(),
      ...(login && { login: login.id }),
      snapshot: this.#client.snapshotOf(channel, session),
    })
  }

  #promiseKey(channel: string): string {
    const { network } = this.#client
    return `history/${network.name}/${network.fold(channel)}`
  }

  async #rememberPromise(channel: string, value: string | undefined): Promise<void> {
    const { host } = this.#client.network.parts
    const { store } = host
    const key = this.#promiseKey(channel)
    const stored = await store.get(key)
    if (value === undefined) {
      if (stored !== undefined) await store.delete(key)
    } else if (!isJsonObject(stored) || stored['value'] !== value) await store.set(key, { value, sinceMs: host.now() })
  }
}

/** `1d2h` in milliseconds; a bare number is seconds. */
function parseDurationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_557_600 }
  let seconds = 0
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+)([smhdwy]?)/g))
    seconds += Number(count) * (units[unit] ?? 1)
  return seconds * 1000
}
