import type { IrcLine } from '../protocol/line.ts'

/** The server's id of the message that a line answers or reacts to. */
export function answeredId({ tags }: IrcLine): string | undefined {
  const id = tags['+draft/reply'] ?? tags['+reply']
  return id === '' ? undefined : id
}
