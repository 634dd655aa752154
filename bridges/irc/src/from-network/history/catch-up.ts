import type { Work } from '../../chat-lanes.ts'
import { doorWork } from './door-work.ts'
import { edgeNotice, type Playback } from './history-edge.ts'
import { HistoryBatches } from './history-batches.ts'
import { rememberPromise } from '../../history-promise.ts'
import { canAskHistory, HistoryRequests, requestLimit } from './history-requests.ts'
import { channelHistory, keepOwnLines } from './history-work.ts'
import type { IrcContext } from '../../irc-context.ts'
import { missedPages, startOf } from './missed-pages.ts'
import { chatName } from '../../network.ts'
import type { NickStored } from '../nick-stored.ts'
import type { PlayedHistory } from '../../own-lines.ts'
import { askForPlayback, PrivateCatchUp } from './private-catch-up.ts'
import type { Channel } from '../../protocol/channels.ts'
import { serverTimeMs, type IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { pushOwnRank } from '../push-own-rank.ts'
import { pushSnapshot } from '../push-snapshot.ts'
import type { Recent } from '../recent.ts'

export interface CatchUpContext extends IrcContext {
  readonly recent: Recent
  readonly nickStored: NickStored
}

interface Arrival {
  readonly channel: Channel
  readonly session: Session
  readonly joinedAtMs: number
  readonly joinedAtServerMs: number
  readonly isObserver: boolean
  /** What the server plays without being asked. */
  readonly played: IrcLine[]
  /** The server has given lines of the channel that it was asked for. */
  hasHistory: boolean
}

/** A channel that we are in: what is older than our coming was not said now. */
interface Presence {
  readonly sinceServerMs: number
  readonly toWorks: (lines: readonly IrcLine[]) => readonly Work[]
}

/**
 * The time between being let into a channel and knowing what happened there before. Until the server has played its
 * history, what is said meanwhile waits, so that old lines are stored before new ones.
 */
export class CatchUp {
  readonly privates: PrivateCatchUp
  readonly #context: CatchUpContext
  readonly #arrivals = new Map<string, Arrival>()
  readonly #presences = new Map<string, Presence>()
  readonly #batches = new HistoryBatches()
  readonly #requests = new HistoryRequests()
  readonly #played = new Map<string, PlayedHistory>()
  #barrierGroup: Arrival[] | undefined

  constructor(context: CatchUpContext) {
    this.#context = context
    this.privates = new PrivateCatchUp(context, this.#requests)
  }

  /** We have been let in. */
  begin(channel: Channel, session: Session): void {
    const { network } = this.#context
    const folded = network.fold(channel.name)
    const isObserver = network.tryObserve(this.#context.self, channel.name)
    const joinedAtMs = network.parts.host.now()
    const { heardAtMs: joinedAtServerMs } = session.server.clock
    const arrival: Arrival = {
      channel,
      session,
      joinedAtMs,
      joinedAtServerMs,
      isObserver,
      played: [],
      hasHistory: false,
    }
    this.#arrivals.set(folded, arrival)
    this.#presences.set(folded, {
      sinceServerMs: joinedAtServerMs,
      toWorks: channelHistory(this.#context, session, channel),
    })
    if (isObserver) network.lanes.hold(chatName(network.channelChat(channel.name)))
    session.write('MODE', [channel.name], 'join')
    if (!canAskHistory(session)) askForPlayback(session, channel.name, network.lastSeen.of(folded), 'join')
    this.#groupBehindBarrier(arrival)
  }

  /** Takes lines of a history in, and what surrounds them; true when the line was one. */
  take(line: IrcLine, session: Session): boolean {
    if (this.#batches.takeMark(line)) return true
    if (line.command === 'FAIL') this.#requests.noteRefusal(line)
    const ofBatch = this.#batches.targetOf(line)
    if (ofBatch !== undefined && this.#requests.take(session, ofBatch, line)) return true
    const target = ofBatch ?? this.#targetOfOld(line, session)
    if (target === undefined) return false
    if (session.features.isChannel(target)) this.#takePlayed(target, line)
    else this.privates.takePlayed(line, session)
    return true
  }

  isRunning(channel: string): boolean {
    return this.#arrivals.has(this.#context.network.fold(channel))
  }

  played(channel: string): PlayedHistory | undefined {
    return this.#played.get(this.#context.network.fold(channel))
  }

  /** The channel's modes are known or have changed: keeps in mind since when there is a history, and asks for one if set to. */
  noteModes(channel: Channel, session: Session): void {
    const { network, label } = this.#context
    const { host, config } = network.parts
    const value = channel.modes.get('H')
    rememberPromise(network, channel.name, value).catch((error: unknown) => {
      host.logger.error({ err: error, client: label }, 'history mode not stored')
    })
    const knowsHistory = session.features.channelModes[2].includes('H')
    const isOperator = channel.people.get(session.features.fold(session.nick))?.ranks.has('o') === true
    if (config.history_lines > 0 && value === undefined && knowsHistory && isOperator) {
      session.write('MODE', [channel.name, '+H', `${config.history_lines}:1d`], 'join')
    }
  }

  /** A list of names has ended, maybe one that had not when the channel was caught up with. */
  noteNames(channel: Channel, session: Session): void {
    const { network } = this.#context
    if (!channel.hasAllNames || this.isRunning(channel.name)) return
    if (network.isObserver(this.#context.self, channel.name)) pushSnapshot(this.#context, channel, session)
  }

  /** The channel is the same under another name. */
  rename(from: string, to: string): void {
    const { network } = this.#context
    const { fold } = network
    if (this.#arrivals.get(fold(from))?.isObserver === true) {
      network.lanes.release(chatName(network.channelChat(from)))
      network.lanes.hold(chatName(network.channelChat(to)))
    }
    for (const map of [this.#arrivals, this.#presences, this.#played] as Map<string, unknown>[]) {
      const value = map.get(fold(from))
      map.delete(fold(from))
      if (value !== undefined) map.set(fold(to), value)
    }
  }

  /** Another connection observed the channel until now. */
  takeOver(channel: string): void {
    const { network, recent, connection } = this.#context
    const session = connection.ready
    const state = session?.channel(channel)
    if (!session || !state) return
    const lane = chatName(network.channelChat(channel))
    for (const work of channelHistory(this.#context, session, state)(recent.take(network.fold(channel))))
      network.lanes.push(lane, work)
    pushSnapshot(this.#context, state, session)
  }

  /**
   * The session is over. What was kept back is stored all the same, unless the server has it, too: then it is read again with
   * what is still missing, and stored behind it.
   */
  endSession(session: Session): void {
    const { network } = this.#context
    for (const { channel, isObserver, hasHistory } of this.#arrivals.values()) {
      if (!isObserver) continue
      const lane = chatName(network.channelChat(channel.name))
      const isReadAgain = hasHistory && network.lastSeen.of(network.fold(channel.name)) !== undefined
      if (isReadAgain) network.lanes.drop(lane)
      else network.lanes.release(lane)
    }
    this.#arrivals.clear()
    this.#presences.clear()
    this.#batches.clear()
    this.#barrierGroup = undefined
    this.#context.recent.clear()
    this.privates.endSession(session)
  }

  // A line that the server dates before our coming is played, whatever stands around it.
  #targetOfOld(line: IrcLine, session: Session): string | undefined {
    const timeMs = line.command === 'PRIVMSG' || line.command === 'NOTICE' ? serverTimeMs(line) : undefined
    const [target = ''] = line.params
    if (timeMs === undefined || session.server.hasSaid(line) || line.tags['batch'] !== undefined) return undefined
    if (session.isSelf(target)) return timeMs < session.server.clock.welcomedAtMs ? line.nick : undefined
    const name = target.slice(session.features.statusOf(target).length)
    const presence = this.#presences.get(this.#context.network.fold(name))
    return presence !== undefined && timeMs < presence.sinceServerMs ? name : undefined
  }

  #takePlayed(target: string, line: IrcLine): void {
    const { network } = this.#context
    const folded = network.fold(target)
    const arrival = this.#arrivals.get(folded)
    if (arrival) return void arrival.played.push(line)
    const presence = this.#presences.get(folded)
    keepOwnLines(this.#context, target, [line])
    if (presence === undefined || !network.isObserver(this.#context.self, target)) return
    for (const work of presence.toWorks([line])) network.lanes.push(chatName(network.channelChat(target)), work)
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
        () => group.forEach((one) => void this.#finish(one)),
        () => undefined,
      )
    })
  }

  async #finish(arrival: Arrival): Promise<void> {
    const { network, joins, nickStored } = this.#context
    const { channel, session, isObserver } = arrival
    const folded = network.fold(channel.name)
    try {
      // Only then are our own lines known as ours.
      if (arrival.played.length > 0 || canAskHistory(session)) await nickStored.settled()
      await this.#takeIn(arrival)
    } catch {
      // The session has ended.
    }
    if (!this.#isGoingOn(arrival)) return
    this.#arrivals.delete(folded)
    if (isObserver) network.lanes.release(chatName(network.channelChat(channel.name)))
    if (network.isObserver(this.#context.self, channel.name)) pushSnapshot(this.#context, channel, session)
    pushOwnRank(this.#context, channel, session)
    joins.markJoined(channel.name)
  }

  /** False when we have left, or the session has ended, meanwhile. */
  #isGoingOn({ channel, session }: Arrival): boolean {
    const { network } = this.#context
    return this.#arrivals.get(network.fold(channel.name))?.session === session && !session.isEnded
  }

  async #takeIn(arrival: Arrival): Promise<void> {
    const { network } = this.#context
    const { channel, session, isObserver, joinedAtServerMs } = arrival
    const folded = network.fold(channel.name)
    const { lines: latest, refusal } = canAskHistory(session)
      ? await this.#requests.ask(session, ['LATEST', channel.name, '*', String(requestLimit(session))])
      : { lines: [] }
    const isRefused = refusal !== undefined
    arrival.hasHistory = latest.length > 0
    this.noteModes(channel, session)
    const shown = [...arrival.played, ...latest]
    network.ownLines.forgetUnnumbered(folded)
    const fromMs = isObserver ? network.lastSeen.of(folded) : undefined
    const oldestMs = oldestOf(shown)
    // What was refused shows nothing, also not that a line did not arrive.
    if (isRefused) this.#played.delete(folded)
    else this.#played.set(folded, { joinedAtMs: arrival.joinedAtMs, lineCount: shown.length, oldestMs })
    if (isObserver)
      await network.lanes.insert(chatName(network.channelChat(channel.name)), doorWork(this.#context, channel, session))
    const isShort = latest.length > 0 && fromMs !== undefined && (oldestMs ?? 0) + 1000 > fromMs
    if (isShort) await this.#readGap(arrival, fromMs, latest)
    else {
      keepOwnLines(this.#context, channel.name, shown)
      if (isObserver) await this.#store(arrival, [arrival.played, latest], { fromMs, isRefused })
    }
    if (!isObserver || !this.#isGoingOn(arrival)) return
    const isSilent = shown.length === 0 && !isRefused
    network.lastSeen.enter(folded, this.#context.key, { atMs: joinedAtServerMs, isSilent })
  }

  /** The last lines do not reach back to when we were last here, so that all is asked for, from there on. */
  async #readGap(arrival: Arrival, fromMs: number, latest: readonly IrcLine[]): Promise<void> {
    const { network } = this.#context
    const { channel, session, joinedAtServerMs } = arrival
    const gap = { fromMs, untilMs: joinedAtServerMs }
    let isFirst = true
    for await (const { lines, refusedFromMs } of missedPages(this.#requests, session, channel.name, gap)) {
      if (!this.#isGoingOn(arrival)) return
      if (refusedFromMs !== undefined) {
        keepOwnLines(this.#context, channel.name, latest)
        return await this.#store(arrival, [latest], { fromMs: refusedFromMs, isRefused: true })
      }
      keepOwnLines(this.#context, channel.name, lines)
      await this.#store(arrival, [lines], { fromMs: isFirst ? fromMs : undefined })
      isFirst = false
    }
    if (isFirst) return await this.#store(arrival, [latest], { fromMs })
    const { joinedAtMs } = arrival
    this.#played.set(network.fold(channel.name), { joinedAtMs, lineCount: latest.length, oldestMs: startOf(gap) })
  }

  /** What may be missing stands before what the history still has. */
  async #store(
    arrival: Arrival,
    histories: readonly (readonly IrcLine[])[],
    edge: { readonly fromMs: number | undefined; readonly isRefused?: boolean },
  ): Promise<void> {
    const { channel, session } = arrival
    const { network } = this.#context
    const lane = chatName(network.channelChat(channel.name))
    const { fromMs, isRefused = false } = edge
    const playback: Playback = { ...arrival, history: histories.flat(), requests: this.#requests, isRefused }
    const notice = fromMs === undefined ? undefined : await edgeNotice(this.#context, playback, fromMs)
    const works = histories.flatMap((history) => channelHistory(this.#context, session, channel)(history))
    await network.lanes.insert(lane, [...(notice === undefined ? [] : [() => Promise.resolve(notice)]), ...works])
  }
}

function oldestOf(lines: readonly IrcLine[]): number | undefined {
  const times = lines.map((line) => serverTimeMs(line)).filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}
