import type { RemoteEvent } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { answeredId } from './answered-id.ts'
import { deedBase, type DeedBase } from './deed-base.ts'

const longestReaction = 64

/** `TAGMSG target` with a reaction in its tags, to a message by its id. */
export function handleReaction(context: IrcContext, session: Session, line: IrcLine): void {
  const base = deedBase(context, session, line)
  const event = base && reaction(context, line, base)
  if (event) context.network.push(event)
}

function reaction({ network }: IrcContext, line: IrcLine, base: DeedBase): RemoteEvent | undefined {
  const msgid = answeredId(line)
  const [key, back] = [line.tags['+draft/react'], line.tags['+draft/unreact']]
  const emoji = key ?? back ?? ''
  if (msgid === undefined || emoji === '' || emoji.length > longestReaction) return undefined
  const target = network.lineIds.meant(base.chat, msgid)
  return { ...base, kind: key === undefined ? 'reaction-removal' : 'reaction', target, key: emoji }
}
