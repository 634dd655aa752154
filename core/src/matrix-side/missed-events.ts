import {
  isJsonObject,
  type EventId,
  type JsonObject,
  type JsonValue,
  type RoomId,
  type UserId,
  type Clock,
} from '@pons/matrix'
import type { Logger } from 'pino'
import { inParallel } from '../queue/in-parallel.ts'
import type { OneByOne } from '../queue/one-by-one.ts'
import { widths } from '../queue/widths.ts'
import type { BridgeSettings } from '../settings.ts'
import { isClientEvent, type ClientEvent } from './client-event.ts'
import type { MatrixApi } from './matrix-api.ts'
import type { OwnUsers } from './own-users.ts'
import { isRefusal } from './refusal.ts'
import { isOurOwn } from './transaction-intake.ts'

const positionKey = 'pons/caught-up'
const pageSize = 100
/** Clocks differ, and what was said just before the last time may have been on its way. */
const marginMs = 600_000

interface CatchingUp extends Reading {
  readonly oneByOne: OneByOne
  readonly values: {
    get(key: string): Promise<JsonValue | undefined>
    set(key: string, value: JsonValue): Promise<void>
  }
  readonly clock: Clock
  readonly settings: BridgeSettings
  readonly logger: Logger
}

interface Reading {
  readonly api: MatrixApi
  readonly ownUsers: OwnUsers
  /** Of those ids the ones that have not been taken in. */
  readonly inbox: { unknown(eventIds: readonly EventId[]): Promise<ReadonlySet<EventId>> }
  readonly members: { joined(roomId: RoomId): Promise<ReadonlySet<UserId>>; forget(roomId: RoomId): void }
}

/**
 * Asks the homeserver what people said in the bot's rooms since the last time, and hands over what was not pushed. There are
 * homeservers that keep what is to be pushed in memory, and have forgotten it when they are killed. The first time only notes
 * when that was. @throws MatrixError when the homeserver refuses, the transport's own error when it cannot be reached
 */
export async function catchUp(
  parts: CatchingUp,
  take: (txnId: string, events: readonly ClientEvent[]) => Promise<void>,
): Promise<void> {
  const { api, values, clock, settings, logger } = parts
  await parts.oneByOne.run('missed events', async () => {
    const nowMs = clock.now()
    const lastMs = await values.get(positionKey)
    if (typeof lastMs === 'number') {
      // What is older than the inbox remembers cannot be told from what was pushed.
      const sinceMs = Math.max(lastMs - marginMs, nowMs - settings.keep_done_hours * 3_600_000)
      await inParallel(widths.missedRooms, await api.joinedRooms(), async (roomId) => {
        const missed = await unlessRefused(logger, roomId, () => missedIn(parts, roomId, sinceMs))
        if (missed.length === 0) return
        await take(`pons-missed-${missed.at(-1)?.event_id ?? ''}`, missed)
        logger.info({ roomId, count: missed.length }, 'the homeserver had not pushed everything')
      })
    }
    await values.set(positionKey, nowMs)
  })
}

/** A room that the bot may not read, for it was put out meanwhile, keeps no other from being read. */
async function unlessRefused(
  logger: Logger,
  roomId: RoomId,
  read: () => Promise<ClientEvent[]>,
): Promise<ClientEvent[]> {
  try {
    return await read()
  } catch (error) {
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId }, 'the homeserver does not say what was missed in a room')
    return []
  }
}

/** Oldest first. */
async function missedIn(parts: Reading, roomId: RoomId, sinceMs: number): Promise<ClientEvent[]> {
  const said: ClientEvent[] = []
  const filter = JSON.stringify({ senders: await speakersIn(parts, roomId) })
  let isOver = false
  for (let from: string | undefined; !isOver;) {
    const page: JsonObject = await parts.api.messages(roomId, { dir: 'b', limit: pageSize, filter, from })
    const chunk = Array.isArray(page['chunk']) ? page['chunk'].filter(isJsonObject) : []
    const events = chunk.map((event): unknown => ({ ...event, room_id: roomId })).filter(isClientEvent)
    // What was said before the bot came was not said to it.
    const end = events.findIndex((event) => event.origin_server_ts < sinceMs || isComing(parts.ownUsers, event))
    said.push(...(end === -1 ? events : events.slice(0, end)))
    from = typeof page['end'] === 'string' ? page['end'] : undefined
    isOver = end !== -1 || from === undefined
  }
  const theirs = said.filter((event) => !isOurOwn(parts.ownUsers, event))
  const unknown = await parts.inbox.unknown(theirs.map(({ event_id: id }) => id))
  return theirs.filter(({ event_id: id }) => unknown.has(id)).toReversed()
}

/** Ghosts may have said a lot, all of it the bridge's own. */
async function speakersIn({ members, ownUsers }: Reading, roomId: RoomId): Promise<string[]> {
  members.forget(roomId)
  return [...(await members.joined(roomId))].filter((userId) => !ownUsers.isGhost(userId))
}

function isComing({ botUserId }: OwnUsers, { type, state_key: who, content, unsigned }: ClientEvent): boolean {
  const before = isJsonObject(unsigned?.['prev_content']) ? unsigned['prev_content']['membership'] : undefined
  return type === 'm.room.member' && who === botUserId && content['membership'] === 'join' && before !== 'join'
}
