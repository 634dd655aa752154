import type { JsonObject, Clock } from '@pons/matrix'
import type { MessageDocument } from '../../document/document.ts'
import { disappearingTimer, timerContent } from '../../disappearing/timer-content.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { RemoteEdit, RemoteMessage } from '../../network/remote-event.ts'
import type { BridgeSettings } from '../../settings.ts'

/** The network keeps it until it is seen, and of that it tells some of its people's devices only. */
const viewOnceMs = 86_400_000

export interface PassingParts {
  readonly connector: NetworkConnector
  readonly settings: BridgeSettings
  readonly clock: Clock
}

interface PassingMessage {
  /** What is shown of it. */
  readonly document: MessageDocument
  /** Says in the event how long it stays. */
  readonly content: JsonObject
  /** When it goes from the room; undefined: it stays. */
  readonly dueMs?: number
  /** True: nothing of what it showed comes along. */
  readonly isLeftOut: boolean
}

/** How a message is shown that does not stay. */
export function passingOf(
  { clock, settings, connector }: PassingParts,
  event: Pick<RemoteMessage | RemoteEdit, 'document' | 'timestampMs' | 'disappearsAtMs' | 'isViewOnce'>,
): PassingMessage {
  const isViewOnce = event.isViewOnce === true
  const isLeftOut = isViewOnce && settings.view_once === 'remove'
  if (isLeftOut) {
    const text = `[something to be seen once, on ${connector.info.displayName} only]`
    const blocks = [{ type: 'paragraph', children: [{ type: 'text', text }] }] as const
    return { document: { kind: 'notice', blocks }, content: {}, isLeftOut }
  }
  const latestMs = isViewOnce ? clock.now() + viewOnceMs : Infinity
  const soonestMs = Math.min(event.disappearsAtMs ?? Infinity, latestMs)
  const dueMs = Number.isFinite(soonestMs) ? soonestMs : undefined
  const notes = [{ text: '👁 To be seen once' }, ...(event.document.notes ?? [])]
  return {
    document: isViewOnce ? { ...event.document, notes } : event.document,
    content: dueMs === undefined ? {} : { [disappearingTimer]: timerContent(Math.max(1, dueMs - event.timestampMs)) },
    ...(dueMs !== undefined && { dueMs }),
    isLeftOut,
  }
}
