import type { IrcLine } from '../protocol/line.ts'

/** Lines of services that a person wants to read although no chat with them is open. */
const servicePattern = /serv$/i

/** Is it a notice of one of the network's services? */
export function isService({ command, nick }: IrcLine): boolean {
  return command === 'NOTICE' && servicePattern.test(nick)
}
