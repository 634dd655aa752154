import { isUserId } from '@pons/matrix'
import { targetOf } from '../ids.ts'
import type { IrcContext } from '../irc-context.ts'
import { legible } from '../protocol/decode-line.ts'
import { spelling } from '../spelling.ts'

/** The nick under which a Matrix user is on this network: a ghost's, or that of a login's connection. */
export function nickOfMatrixUser(context: IrcContext, matrixId: string): string | undefined {
  const { network } = context
  const remote = isUserId(matrixId) ? network.parts.host.remoteUserOf(matrixId) : undefined
  if (remote !== undefined) {
    const { network: of, name } = targetOf(remote)
    return of === network.name ? legible(spelling(context, name)) : undefined
  }
  return network.clients().find(({ login }) => login?.owner === matrixId)?.connection.ready?.nick
}
