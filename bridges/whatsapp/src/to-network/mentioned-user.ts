import type { UserId } from '@pons/matrix'
import type { MentionedUser } from '../convert/to-whatsapp.ts'
import { jidOfUser } from '../ids.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** Ghosts can be mentioned, and people who have a login of their own. */
export function mentionedUser({ host, addressOf }: PrepareParts): MentionedUser {
  return (matrixId) => {
    const remote = host.remoteUserOf(matrixId as UserId)
    return remote === undefined ? addressOf(matrixId as UserId) : jidOfUser(remote)
  }
}
