import type { RemoteUser } from '@pons/core'
import { userIdOf } from '../ids.ts'
import { legible } from '../protocol/decode-line.ts'
import type { ServerFeatures } from '../protocol/features.ts'

/** Somebody on IRC, by the nick that they have now. */
export function remoteUser(network: string, nick: string, features: Pick<ServerFeatures, 'fold'>): RemoteUser {
  return { id: userIdOf({ network, name: features.fold(nick) }), name: legible(nick) }
}
