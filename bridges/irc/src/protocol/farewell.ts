import type { IrcLine } from './line.ts'
import { endOf, notReached, type EndKind, type SessionEnd } from './session-end.ts'

/** Why a connection ends, by what the server or we ourselves have said of it before it was closed. */
export class Farewell {
  #said: Pick<SessionEnd, 'kind' | 'reason'> | undefined

  /** What was said first stays. */
  say(kind: EndKind, reason: string): void {
    this.#said ??= { kind, reason }
  }

  /** Takes in what a line says of the end; true for ERROR, behind which nothing more is said. */
  noteLine(line: IrcLine): boolean {
    const words = line.params.at(-1) ?? ''
    if (line.command === 'ERROR') this.#said ??= endOf(line.params[0] ?? 'closed by the server')
    // The server's own reasons weigh more than what it says in closing.
    if (line.command === '465') this.#said = { kind: 'banned', reason: `banned from the server: ${words}` }
    if (line.command === '464') this.#said = { kind: 'bad-credentials', reason: 'the server password was refused' }
    return line.command === 'ERROR'
  }

  /** The end as others are told of it, once the socket is closed. */
  endOf(error: unknown, { isWelcomed, readyForMs }: { isWelcomed: boolean; readyForMs: number }): SessionEnd {
    const detail = this.#said?.reason ?? (error instanceof Error ? error.message : 'the connection was closed')
    const { kind, reason } = this.#said ?? {
      kind: 'lost' as const,
      reason: error instanceof Error ? 'the connection broke' : detail,
    }
    const isUnknown = kind === 'lost' && !isWelcomed
    return { kind, reason: isUnknown ? notReached : reason, detail, cause: error, readyForMs }
  }
}
