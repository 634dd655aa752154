import { forbidden, type UserId } from '@pons/matrix'
import type { Requester } from '../requester.ts'

/** The user id in the path must be the requester's own. */
export function requireSelf(requester: Requester, userId: UserId): void {
  if (requester.userId !== userId) throw forbidden('You may do this for yourself only')
}
