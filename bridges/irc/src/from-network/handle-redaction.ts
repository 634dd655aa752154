import type { RemoteEvent } from '@pons/core'
import { stripFormatting } from '../convert/formatting.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import { deedBase, type DeedBase } from './deed-base.ts'

/** `REDACT target msgid [:reason]`: a message is taken back by its id. */
export function handleRedaction(context: IrcContext, session: Session, line: IrcLine): void {
  const base = deedBase(context, session, line)
  const event = base && redaction(context, line, base)
  if (event) context.network.push(event)
}

function redaction({ network }: IrcContext, { params }: IrcLine, base: DeedBase): RemoteEvent | undefined {
  const [, msgid = '', words = ''] = params
  if (msgid === '') return undefined
  const reason = stripFormatting(words)
  const target = network.lineIds.meant(base.chat, msgid)
  return { ...base, kind: 'redaction', target, ...(reason !== '' && { reason }) }
}
