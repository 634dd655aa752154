import type { EventId, RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { NeedsOf } from '../../needs-of.ts'
import { logFailure } from '../../log-failure.ts'
import { reportWaiting } from '../../matrix-side/status.ts'

/** What watches over what takes long. */
interface Watch {
  /** Awaits the work; `onStall` is called once, when it has taken a minute. */
  watch<T>(
    of: { readonly eventId: string; readonly direction: 'to-network' },
    work: () => Promise<T>,
    onStall: () => void,
  ): Promise<T>
  /** The people of that event were told that it waits. */
  noteTold(eventId: string): void
}

type Needs = {
  readonly stalls: Watch
  readonly logger: Logger
  readonly signal: AbortSignal
} & NeedsOf<typeof reportWaiting>

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
