import { BridgeError, type ClientState } from '@pons/core'
import type { Failures } from './failures.ts'
import { handleLine } from './from-network/handle-line.ts'
import type { ReadingContext } from './from-network/reading-context.ts'
import { giveUp } from './give-up.ts'
import type { LineListeners } from './line-listeners.ts'
import type { Channel } from './protocol/channels.ts'
import type { IrcLine } from './protocol/line.ts'
import type { SessionEnd } from './protocol/session-end.ts'
import type { Session } from './protocol/session.ts'
import { reportState } from './report-state.ts'

const stateOfEnd: Readonly<Record<SessionEnd['kind'], ClientState>> = {
  stopped: 'TRANSIENT_DISCONNECT',
  lost: 'TRANSIENT_DISCONNECT',
  throttled: 'TRANSIENT_DISCONNECT',
  banned: 'UNKNOWN_ERROR',
  'bad-credentials': 'BAD_CREDENTIALS',
}

export interface ConnectionLifeParts {
  readonly context: ReadingContext
  readonly listeners: LineListeners
  readonly failures: Failures
}

/** What becomes of each session of a connection: dialled, ready, read from, ended. */
export class ConnectionLife {
  readonly #parts: ConnectionLifeParts
  #isPaused = false
  #isGivenUp = false

  constructor(parts: ConnectionLifeParts) {
    this.#parts = parts
  }

  /** It was tried for too long; nothing is dialled until somebody asks. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** Somebody asks for the connection. */
  begin(): void {
    this.#isGivenUp = false
  }

  setPaused(isPaused: boolean): void {
    const { connection } = this.#parts.context
    this.#isPaused = isPaused
    if (isPaused) connection.ready?.pause()
    else connection.ready?.resume()
  }

  dialling(): void {
    const { context } = this.#parts
    context.nickStored.begin()
    reportState(context, 'CONNECTING')
  }

  async ready(session: Session): Promise<void> {
    const { context } = this.#parts
    const { network, key, label, joins, catchUp, nickStored } = context
    network.learnCaseMapping(session.features.caseMapping)
    if (this.#isPaused) session.pause()
    try {
      await network.nicks.take(session.nick, key, session.address)
    } catch (error) {
      network.parts.host.logger.error({ err: error, client: label }, 'own nick not stored')
      return session.end('lost', 'the bridge could not store its state')
    }
    nickStored.note()
    if (session.isEnded) return
    reportState(context, 'CONNECTED')
    joins.startSession()
    // It rejects when the session ends.
    await catchUp.privates.begin(session).catch(() => undefined)
  }

  read(line: IrcLine, channels: readonly Channel[], session: Session): void {
    const { context, listeners } = this.#parts
    listeners.hand(line)
    handleLine({ context, session, line, channels })
    context.news.note()
  }

  ended(end: SessionEnd, session: Session, retryInMs: number | undefined): void {
    const { network, self, key, label, joins, catchUp, news, nickStored } = this.#parts.context
    joins.endSession()
    nickStored.note()
    catchUp.endSession(session)
    network.nicks.lose(key, end.kind === 'stopped').catch((error: unknown) => {
      network.parts.host.logger.error({ err: error, client: label }, 'own nick not stored')
    })
    for (const channel of session.channels.all()) network.stopObserving(self, channel.name, session)
    if (end.kind !== 'stopped') this.#failed(end, retryInMs)
    news.note()
  }

  #failed(end: SessionEnd, retryInMs: number | undefined): void {
    const { context, failures } = this.#parts
    failures.note(new BridgeError(`${context.network.displayName} could not be reached: ${end.reason}.`))
    if (retryInMs === undefined) {
      this.#isGivenUp = true
      return giveUp(context, end)
    }
    const words = `${end.reason}; trying again in ${Math.ceil(retryInMs / 1000)} s`
    reportState(context, stateOfEnd[end.kind], words, end.detail)
  }
}
