import type { Work } from '../../chat-lanes.ts'
import { chatName } from '../../chat-name.ts'
import type { PlayedHistory } from '../../own-lines.ts'
import type { Channel } from '../../protocol/channels.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { pushOwnRank } from '../push-own-rank.ts'
import { pushSnapshot } from '../push-snapshot.ts'
import type { Arrival } from './arrival.ts'
import { askForPlayback } from './ask-for-playback.ts'
import { BarrierGroup } from './barrier-group.ts'
import { canAskHistory } from './can-ask-history.ts'
import type { CatchUpContext } from './catch-up-context.ts'
import { channelHistory } from './channel-history.ts'
import { HistoryBatches } from './history-batches.ts'
import { HistoryRequests } from './history-requests.ts'
import { keepOwnLines } from './keep-own-lines.ts'
import { PrivateCatchUp } from './private-catch-up.ts'
import { takeIn } from './take-in.ts'
import { targetOfOld } from './target-of-old.ts'

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
  readonly #barrier = new BarrierGroup((arrival) => void this.#finish(arrival))

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
    this.#barrier.add(arrival)
  }

  /** Takes lines of a history in, and what surrounds them; true when the line was one. */
  take(line: IrcLine, session: Session): boolean {
    if (this.#batches.takeMark(line)) return true
    if (line.command === 'FAIL') this.#requests.noteRefusal(line)
    const ofBatch = this.#batches.targetOf(line)
    if (ofBatch !== undefined && this.#requests.take(session, ofBatch, line)) return true
    const target = ofBatch ?? targetOfOld(line, session, (channel) => this.#presenceIn(channel)?.sinceServerMs)
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
    this.#barrier.clear()
    this.#context.recent.clear()
    this.privates.endSession(session)
  }

  #presenceIn(channel: string): Presence | undefined {
    return this.#presences.get(this.#context.network.fold(channel))
  }

  #takePlayed(target: string, line: IrcLine): void {
    const { network } = this.#context
    const folded = network.fold(target)
    const arrival = this.#arrivals.get(folded)
    if (arrival) return void arrival.played.push(line)
    const presence = this.#presenceIn(target)
    keepOwnLines(this.#context, target, [line])
    if (presence === undefined || !network.isObserver(this.#context.self, target)) return
    for (const work of presence.toWorks([line])) network.lanes.push(chatName(network.channelChat(target)), work)
  }

  async #finish(arrival: Arrival): Promise<void> {
    const { network, joins, nickStored } = this.#context
    const { channel, session, isObserver } = arrival
    const folded = network.fold(channel.name)
    try {
      // Only then are our own lines known as ours.
      if (arrival.played.length > 0 || canAskHistory(session)) await nickStored.settled()
      await takeIn(
        {
          context: this.#context,
          requests: this.#requests,
          played: this.#played,
          isGoingOn: (one) => this.#isGoingOn(one),
        },
        arrival,
      )
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
}
