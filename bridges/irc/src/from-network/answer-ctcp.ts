import type { Clock } from '@pons/matrix'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'

const shortestPauseMs = 2000
const answeredAt = new WeakMap<Session, number>()

/** Answers what programs ask one another: VERSION, PING, TIME. At most one answer in two seconds, and none to a notice. */
export function answerCtcp(clock: Clock, session: Session, line: IrcLine): void {
  if (line.command !== 'PRIVMSG') return
  const now = clock.now()
  if (now - (answeredAt.get(session) ?? 0) < shortestPauseMs) return
  const [command = '', ...rest] = (line.params[1] ?? '').replaceAll('\x01', '').split(' ')
  const answer = answerTo(command.toUpperCase(), rest.join(' '), now)
  if (answer === undefined) return
  answeredAt.set(session, now)
  session.write('NOTICE', [line.nick, `\x01${command.toUpperCase()} ${answer}\x01`], line.nick)
}

function answerTo(command: string, text: string, now: number): string | undefined {
  switch (command) {
    case 'VERSION':
      return 'Pons, a bridge between IRC and Matrix'
    case 'PING':
      return text.slice(0, 100)
    case 'TIME':
      return new Date(now).toUTCString()
    default:
      return undefined
  }
}
