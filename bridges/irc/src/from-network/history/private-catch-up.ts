import type { RemoteMessage } from '@pons/core'
import { chatName } from '../../chat-name.ts'
import type { IrcContext } from '../../irc-context.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'
import { tellOwner } from '../../tell-owner.ts'
import { privateChat } from '../private-chat.ts'
import { askForPlayback } from './ask-for-playback.ts'
import { canAskHistory } from './can-ask-history.ts'
import type { HistoryRequests } from './history-requests.ts'
import { missedPages, startOf, type Gap } from './missed-pages.ts'
import { missingWords } from './missing-words.ts'
import { privateEdgeNotice } from './private-edge-notice.ts'
import { privateHistory } from './private-history.ts'
import { requestLimit } from './request-limit.ts'
import { whyOf } from './why-of.ts'

/** What was said to a login alone while it was away: stored before what is said to it from now on. */
export class PrivateCatchUp {
  readonly #context: IrcContext
  readonly #requests: HistoryRequests
  /** Chats whose history is being read. */
  readonly #held = new Set<string>()
  /** What is said while it is not yet known which chats have one. */
  #waiting: (() => void)[] | undefined
  #histories = new Map<string, ReturnType<typeof privateHistory>>()

  constructor(context: IrcContext, requests: HistoryRequests) {
    this.#context = context
    this.#requests = requests
  }

  /** The session is ready. Ends when all is read, or the session has ended. */
  async begin(session: Session): Promise<void> {
    const { network, key, login } = this.#context
    if (!login) return
    const untilMs = session.server.clock.heardAtMs
    const fromMs = network.lastSeen.of(this.#place)
    if (canAskHistory(session)) {
      if (fromMs !== undefined) await this.#read(session, { fromMs, untilMs })
    } else askForPlayback(session, '*', fromMs, 'history')
    if (!session.isEnded) network.lastSeen.enter(this.#place, key, { atMs: untilMs, isSilent: false })
  }

  /** Stores what was said now. */
  push(make: () => Promise<RemoteMessage>, event: RemoteMessage): void {
    const push = (): void => this.#context.network.lanes.push(chatName(event.chat), make)
    if (this.#waiting) this.#waiting.push(push)
    else push()
  }

  /** A line that the server plays on its own. */
  takePlayed(line: IrcLine, session: Session): void {
    const { network, login } = this.#context
    if (!login || session.isSelf(line.nick) || !session.isSelf(line.params[0] ?? '')) return
    const chat = privateChat(this.#context, session, line.nick)
    const name = chatName(chat)
    const toWorks = this.#histories.get(name) ?? privateHistory(this.#context, session, chat)
    this.#histories.set(name, toWorks)
    for (const work of toWorks([line])) network.lanes.push(name, work)
  }

  endSession(session: Session): void {
    const { network, key } = this.#context
    this.#release()
    this.#histories = new Map()
    network.lastSeen.leave(this.#place, key, session.server.clock.heardAtMs)
  }

  /** The login is no more. */
  forget(): void {
    this.#context.network.lastSeen.forget(this.#place)
  }

  /** Under which it is kept until when we heard; no channel has such a name. */
  get #place(): string {
    return `private ${this.#context.key}`
  }

  async #read(session: Session, gap: Gap): Promise<void> {
    const { network } = this.#context
    this.#waiting = []
    const targets = await this.#targets(session, gap)
    for (const target of targets) {
      const lane = chatName(privateChat(this.#context, session, target))
      this.#held.add(lane)
      network.lanes.hold(lane)
    }
    this.#letThrough()
    for (const target of targets) {
      const chat = privateChat(this.#context, session, target)
      const toWorks = privateHistory(this.#context, session, chat)
      for await (const { lines, refusedFromMs } of missedPages(this.#requests, session, target, gap)) {
        const refused = refusedFromMs !== undefined && { ...gap, fromMs: refusedFromMs }
        const edge = refused ? [() => privateEdgeNotice(this.#context, chat, refused)] : []
        await network.lanes.insert(chatName(chat), [...toWorks(lines), ...edge])
      }
      this.#held.delete(chatName(chat))
      network.lanes.release(chatName(chat))
    }
  }

  /** Whom there is something to be read from. */
  async #targets(session: Session, gap: Gap): Promise<readonly string[]> {
    const limit = requestLimit(session)
    const until = `timestamp=${new Date(gap.untilMs + 1000).toISOString()}`
    const targets = new Map<string, string>()
    let fromMs = startOf(gap) - 1
    while (fromMs <= gap.untilMs) {
      const from = `timestamp=${new Date(fromMs).toISOString()}`
      const { lines, refusal } = await this.#requests.ask(session, ['TARGETS', from, until, String(limit)])
      if (refusal !== undefined && !hasNoList.has(refusal))
        tellOwner(
          this.#context,
          missingWords(this.#context, { ...gap, fromMs: Math.max(fromMs, gap.fromMs) }, whyOf('refused')),
        )
      const before = targets.size
      for (const { params } of lines) targets.set(session.features.fold(params[1] ?? ''), params[1] ?? '')
      const lastMs = Math.max(fromMs, ...lines.map(({ params }) => timeIn(params[2] ?? '')))
      const isNews = targets.size > before
      if (!isNews && lastMs <= fromMs) break
      // Others may have the very time of the last.
      fromMs = isNews ? Math.max(lastMs - 1, fromMs) : lastMs
    }
    const { features } = session
    return [...targets.values()].filter((name) => name !== '' && !features.isChannel(name) && !session.isSelf(name))
  }

  #letThrough(): void {
    for (const push of this.#waiting ?? []) push()
    this.#waiting = undefined
  }

  #release(): void {
    this.#letThrough()
    // What was said there meanwhile is read again with what is still missing, and stored behind it.
    for (const lane of this.#held) this.#context.network.lanes.drop(lane)
    this.#held.clear()
  }
}

/** Codes of servers that keep no history of private words. */
const hasNoList: ReadonlySet<string> = new Set(['INVALID_PARAMS', 'NEED_MORE_PARAMS', 'UNKNOWN_COMMAND'])

function timeIn(reference: string): number {
  const time = Date.parse(reference.replace(/^timestamp=/, ''))
  return Number.isNaN(time) ? 0 : time
}
