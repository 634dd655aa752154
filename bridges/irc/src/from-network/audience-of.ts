import type { Channel } from '../protocol/channels.ts'
import { legible } from '../protocol/decode-line.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'

/** `to @#channel` where a line was said to those of a rank alone. */
export function audienceOf({ features }: Session, channel: Channel, { params }: IrcLine): string | undefined {
  const status = features.statusOf(params[0] ?? '')
  return status === '' ? undefined : legible(`to ${status}${channel.name}`)
}
