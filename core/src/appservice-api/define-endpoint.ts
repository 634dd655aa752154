import { endpointDefiner, type HttpResponse } from '@pons/http'
import type { JsonObject, JsonValue, RoomAlias, UserId } from '@pons/matrix'
import type { AskedMedia } from '../matrix-side/media-links.ts'

/** What the bridge answers a homeserver's calls with. */
export interface AppserviceServices {
  /** Resolves once the transaction is durable. */
  transaction(txnId: string, body: JsonObject): Promise<void>
  /** Makes the ghost; false when there is no such person. */
  queryUser(userId: UserId): Promise<boolean>
  /** Makes the portal; false when there is no such chat. */
  queryAlias(alias: RoomAlias): Promise<boolean>
  /** undefined when the protocol is not this network's. */
  protocol(name: string): JsonObject | undefined
  locations(query: URLSearchParams): Promise<JsonValue[]>
  people(query: URLSearchParams): Promise<JsonValue[]>
  /** Where the bridge hands out media by itself. */
  readonly media?: (asked: AskedMedia) => Promise<HttpResponse>
}

/** The homeserver is the only one who may call; it has no identity beyond its token. */
export type Homeserver = 'homeserver'

export const defineEndpoint = endpointDefiner<AppserviceServices, Homeserver>()
