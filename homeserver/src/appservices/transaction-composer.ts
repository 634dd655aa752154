import type { JsonObject, JsonValue, RoomId, UserId, Clock } from '@pons/matrix'
import { presentEvent } from '../rooms/present-event.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { strippedState } from '../rooms/stripped-state.ts'
import type { EventStore } from '../storage/event-store.ts'
import type { QueuedItem } from '../storage/appservice-queue-store.ts'
import type { Appservice } from './appservice.ts'
import type { Extras, ExtrasSource } from './extras.ts'

export interface ComposerOptions {
  readonly appservice: Appservice
  readonly events: EventStore
  readonly rooms: Rooms
  readonly clock: Clock
  readonly extras: ExtrasSource
}

interface Composed {
  /** JSON text. */
  readonly body: string
  /** Number of the last item of the queue that it holds. */
  readonly lastSeq: number
  /** To be noted with it, or once it is delivered where it is not stored. */
  readonly told?: Extras['told'] | undefined
}

const MAX_BYTES = 1024 * 1024

/** Writes what waits for one application service as the bodies of transactions. */
export class TransactionComposer {
  readonly #options: ComposerOptions

  constructor(options: ComposerOptions) {
    this.#options = options
  }

  /** A transaction of one event that is no state, which nothing needs to be looked up for. */
  ofMessage(event: RoomEvent): string {
    const { appservice, clock } = this.#options
    const text = JSON.stringify(presentEvent(event, { nowMs: clock.now() }))
    return bodyText(appservice, { event: [text], ephemeral: [], 'to-device': [] }, {})
  }

  /**
   * At least one item, then as many as fit; none, and number 0, where there is only what was not queued: nothing that comes
   * meanwhile may count as delivered.
   */
  async compose(items: readonly QueuedItem[]): Promise<Composed> {
    const { appservice, events, extras } = this.#options
    const nids = items.flatMap((item) => (item.event === undefined ? [] : [item.event]))
    const byNid = new Map((await events.byNids(nids)).map((event) => [event.nid, event]))
    const replaced = await this.#replacedBy([...byNid.values()])
    const parts: Record<QueuedItem['kind'], string[]> = { event: [], ephemeral: [], 'to-device': [] }
    const rooms = new Set<RoomId>()
    const users = new Set<UserId>()
    let bytes = 0
    let lastSeq = 0
    for (const item of items) {
      const event = item.event === undefined ? undefined : byNid.get(item.event)
      const text = event ? JSON.stringify(await this.#present(event, replaced)) : item.payload
      bytes += text === undefined ? 0 : Buffer.byteLength(text) + 1
      if (bytes > MAX_BYTES && lastSeq > 0) break
      if (text !== undefined) parts[item.kind].push(text)
      if (event) rooms.add(event.roomId)
      if (text !== undefined && item.kind === 'to-device') users.add(recipientOf(text))
      lastSeq = item.seq
    }
    const more = await extras.of(appservice, { rooms, users })
    return { body: bodyText(appservice, parts, more?.body ?? {}), lastSeq, told: more?.told }
  }

  async #replacedBy(events: readonly RoomEvent[]): Promise<Map<number, RoomEvent>> {
    const nids = events.map((event) => event.replaces).filter((nid) => nid !== undefined)
    return new Map((await this.#options.events.byNids(nids)).map((event) => [event.nid, event]))
  }

  async #present(event: RoomEvent, replaced: ReadonlyMap<number, RoomEvent>): Promise<JsonObject> {
    const before = event.replaces === undefined ? undefined : replaced.get(event.replaces)
    const more = await this.#strippedState(event)
    return presentEvent(event, { nowMs: this.#options.clock.now(), replaced: before, more })
  }

  /** What a user of the service, who is not in the room yet, is told of it. */
  async #strippedState(event: RoomEvent): Promise<JsonObject | undefined> {
    const { appservice, rooms } = this.#options
    const { stateKey: target } = event
    if (event.type !== 'm.room.member' || target === undefined || !appservice.ownsUser(target)) return undefined
    const membership = membershipOf(event.content)
    if (membership !== 'invite' && membership !== 'knock') return undefined
    const room = await rooms.find(event.roomId)
    const now = room?.state.membership(target as UserId)
    // Who was sent away meanwhile learns nothing of what the room has become.
    if (!room || now === 'leave' || now === 'ban') return undefined
    const state = await strippedState(this.#options, room, { inviter: event.sender })
    return { [`${membership}_room_state`]: state }
  }
}

/** Queued messages to devices name whom they are for (MSC4203). */
function recipientOf(text: string): UserId {
  return (JSON.parse(text) as { to_user_id: UserId }).to_user_id
}

function bodyText(
  appservice: Appservice,
  parts: Readonly<Record<QueuedItem['kind'], readonly string[]>>,
  extras: JsonObject,
): string {
  const members = [`"events":[${parts.event.join(',')}]`]
  if (parts.ephemeral.length > 0) {
    const list = `[${parts.ephemeral.join(',')}]`
    members.push(`"ephemeral":${list}`)
    if (appservice.registration['de.sorunome.msc2409.push_ephemeral'] === true) {
      members.push(`"de.sorunome.msc2409.ephemeral":${list}`)
    }
  }
  if (parts['to-device'].length > 0) {
    const list = `[${parts['to-device'].join(',')}]`
    members.push(`"to_device":${list}`, `"de.sorunome.msc2409.to_device":${list}`)
  }
  for (const [key, value] of Object.entries(extras)) {
    members.push(`${JSON.stringify(key)}:${JSON.stringify(value satisfies JsonValue)}`)
  }
  return `{${members.join(',')}}`
}
