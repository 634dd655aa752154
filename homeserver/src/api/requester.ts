import type { DeviceId, UserId } from '@pons/matrix'
import type { Appservice } from '../appservices/appservice.ts'

/** Who makes a request, after token and masquerade were checked. */
export interface Requester {
  readonly userId: UserId
  /** Undefined for an application service that acts without a device. */
  readonly deviceId: DeviceId | undefined
  /** Set when the token is one of an application service. */
  readonly appservice: Appservice | undefined
  readonly isAdmin: boolean
  readonly isGuest: boolean
  /** `?ts=` of an application service: the origin_server_ts its event shall have. */
  readonly originServerTs: number | undefined
}
