import type { UserId, Clock } from '@pons/matrix'
import { renderReply } from '../commands/reply.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { UserStore } from '../storage/user-store.ts'

export interface TellUserParts {
  readonly api: MatrixApi
  readonly users: UserStore
  readonly clock: Clock
}

/** Says something in a person's management room, where they have one. */
export async function tellUser({ api, users, clock }: TellUserParts, userId: UserId, text: string): Promise<void> {
  const roomId = await users.managementRoom(userId)
  if (roomId === undefined) return
  const txnId = txnIdOf('tell', roomId, clock.now(), text)
  await api.send(roomId, { type: 'm.room.message', txnId, content: renderReply(text) })
}
