import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'

export interface HistoryAnswer {
  readonly lines: readonly IrcLine[]
  /** The server said that it does not give it, with this code: that says nothing of what there is. */
  readonly refusal?: string
}

interface Question {
  /** Folded; '' for the list of chats. */
  readonly target: string
  readonly lines: IrcLine[]
  refusal?: string
}

/**
 * Asks for history, one question after another, so that whoever has many chats to ask about holds no more than one answer.
 * An answer has ended when the server has handled what was written behind the question.
 */
export class HistoryRequests {
  #turn: Promise<unknown> = Promise.resolve()
  #open: Question | undefined

  /** Puts `CHATHISTORY` with these parameters; the second names the chat. Rejects when the session ends. */
  ask(session: Session, params: readonly string[]): Promise<HistoryAnswer> {
    const answer = this.#turn.then(() => this.#put(session, params))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** Takes a line of a chat's history in; false when nobody has asked for it. */
  take(session: Session, target: string, line: IrcLine): boolean {
    if (this.#open === undefined || session.features.fold(target) !== this.#open.target) return false
    this.#open.lines.push(line)
    return true
  }

  /** `FAIL CHATHISTORY code …` */
  noteRefusal(line: IrcLine): void {
    const [of, code = ''] = line.params
    if (this.#open !== undefined && of === 'CHATHISTORY') this.#open.refusal = code
  }

  async #put(session: Session, params: readonly string[]): Promise<HistoryAnswer> {
    const target = params[0] === 'TARGETS' ? '' : session.features.fold(params[1] ?? '')
    const question: Question = { target, lines: [] }
    this.#open = question
    try {
      session.write('CHATHISTORY', params, 'history')
      await session.barrier('history')
      return question
    } finally {
      this.#open = undefined
    }
  }
}
