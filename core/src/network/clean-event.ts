import type { RemoteEvent } from './remote-event.ts'
import { cleanJson } from '../text/clean-text.ts'

/** An event as the adapter heard it, with text that can be stored and sent. */
export function cleanEvent({ timestampMs, ...rest }: RemoteEvent): RemoteEvent {
  return { ...cleanJson(rest), timestampMs } as RemoteEvent
}
