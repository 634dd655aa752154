import type { UserId } from '@pons/matrix'

/** Whom of Matrix the bridge itself speaks as. */
export interface OwnUsers {
  readonly botUserId: UserId
  isGhost(userId: UserId): boolean
}

/** Is that somebody of Matrix, and neither the bot nor a ghost? */
export function isPersonOfMatrix(own: OwnUsers, userId: UserId): boolean {
  return userId !== own.botUserId && !own.isGhost(userId)
}
