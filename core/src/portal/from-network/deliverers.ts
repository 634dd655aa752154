import type { RemoteEvent } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'

type Kind = RemoteEvent['kind']

/** Who brings an event into its room, by its kind; each was built with what it needs. */
export type Deliverers = {
  readonly [Of in Kind]: (delivery: Delivery<Extract<RemoteEvent, { readonly kind: Of }>>) => Promise<void>
}
