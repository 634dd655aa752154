import type { EventId, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { logFailure } from '../../log-failure.ts'
import { reportWaiting } from '../../matrix-side/status.ts'

type Needs = Pick<BridgeContext, 'stalls' | 'logger' | 'signal'> & NeedsOf<typeof reportWaiting>

/** Awaits an answer of the network for an event of Matrix; after a minute without one the log, the metrics and the room are told. */
export async function watched<T>(
  needs: Needs,
  { roomId, eventId }: { readonly roomId: RoomId | undefined; readonly eventId: EventId },
  work: () => Promise<T>,
): Promise<T> {
  return await needs.stalls.watch({ eventId, direction: 'to-network' }, work, () => {
    needs.logger.warn({ roomId, eventId }, 'the network has not answered for a minute; the room waits for it')
    if (roomId === undefined) return
    needs.stalls.noteTold(eventId)
    reportWaiting(needs, { roomId, eventId }).catch((error: unknown) => {
      logFailure(needs, 'warn', { err: error, roomId, eventId }, 'room could not be told that a message waits')
    })
  })
}
