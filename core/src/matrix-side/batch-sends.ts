import {
  isJsonObject,
  MatrixError,
  type Errcode,
  type EventId,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { MatrixApi } from './matrix-api.ts'
import type { MatrixClient } from './matrix-client.ts'

/** An event of the bot or of a ghost. */
export interface OutgoingEvent {
  readonly type: string
  /** A repeat answers with the first event. */
  readonly txnId: string
  readonly content: JsonObject
  readonly sender: UserId
  readonly timestampMs: number
}

export interface SentInOrder {
  /** Of the events up to the one that failed. */
  readonly eventIds: readonly EventId[]
  /** What that one failed with; it and those behind it were not sent. */
  readonly failure?: unknown
}

const feature = 'pons.send_batch'

/** Sends what there is for a room in order: in one request where the homeserver takes that, else one by one. */
export class BatchSends {
  readonly #client: MatrixClient
  readonly #api: MatrixApi
  #isSupported: boolean | undefined

  constructor(client: MatrixClient, api: MatrixApi) {
    this.#client = client
    this.#api = api
  }

  async send(roomId: RoomId, events: readonly OutgoingEvent[]): Promise<SentInOrder> {
    if (events.length > 1 && (await this.#hasBatches())) return await this.#together(roomId, events)
    const eventIds: EventId[] = []
    for (const { sender, timestampMs, ...event } of events) {
      try {
        eventIds.push(await this.#api.send(roomId, event, { actAs: sender, timestampMs }))
      } catch (failure) {
        return { eventIds, failure }
      }
    }
    return { eventIds }
  }

  async #together(roomId: RoomId, events: readonly OutgoingEvent[]): Promise<SentInOrder> {
    const body = {
      events: events.map(({ type, txnId, content, sender, timestampMs }) => ({
        type,
        txn_id: txnId,
        content,
        sender,
        origin_server_ts: this.#client.eventTime(timestampMs),
      })),
    }
    const path = ['client', 'unstable', feature, 'rooms', roomId, 'send_batch']
    const answer = await this.#client.call({ method: 'POST', path, body })
    const eventIds = (answer['events'] as { event_id: EventId }[]).map(({ event_id: eventId }) => eventId)
    const { refused } = answer
    return isJsonObject(refused) ? { eventIds, failure: toError(refused) } : { eventIds }
  }

  async #hasBatches(): Promise<boolean> {
    if (this.#isSupported !== undefined) return this.#isSupported
    const answer = await this.#client.call({ method: 'GET', path: ['client', 'versions'] })
    const features = answer['unstable_features']
    return (this.#isSupported = isJsonObject(features) && features[feature] === true)
  }
}

function toError({ errcode, error }: JsonObject): MatrixError {
  return new MatrixError(errcode as Errcode, typeof error === 'string' ? error : 'the homeserver refused the event')
}
