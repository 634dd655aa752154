import type { EventId, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { logFailure } from '../../log-failure.ts'
import { reportWaiting } from '../../matrix-side/status.ts'

/** Awaits an answer of the network for an event of Matrix; after a minute without one the log, the metrics and the room are told. */
export async function watched<T>(
  context: BridgeContext,
  { roomId, eventId }: { readonly roomId: RoomId | undefined; readonly eventId: EventId },
  work: () => Promise<T>,
): Promise<T> {
  return await context.stalls.watch({ eventId, direction: 'to-network' }, work, () => {
    context.logger.warn({ roomId, eventId }, 'the network has not answered for a minute; the room waits for it')
    if (roomId === undefined) return
    context.stalls.noteTold(eventId)
    reportWaiting(context, { roomId, eventId }).catch((error: unknown) => {
      logFailure(context, 'warn', { err: error, roomId, eventId }, 'room could not be told that a message waits')
    })
  })
}
