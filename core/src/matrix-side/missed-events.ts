import { isJsonObject, type JsonObject, type RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { inParallel } from '../queue/in-parallel.ts'
import { widths } from '../queue/widths.ts'
import { isRefusal } from './refusal.ts'
import { isClientEvent, type ClientEvent } from './client-event.ts'
import { isOurOwn } from './transaction-intake.ts'

const positionKey = 'pons/caught-up'
const pageSize = 100
/** Clocks differ, and what was said just before the last time may have been on its way. */
const marginMs = 600_000

/**
 * Asks the homeserver what people said in the bot's rooms since the last time, and hands over what was not pushed. There are
 * homeservers that keep what is to be pushed in memory, and have forgotten it when they are killed. The first time only notes
 * when that was. @throws MatrixError when the homeserver refuses, the transport's own error when it cannot be reached
 */
export async function catchUp(
  context: BridgeContext,
  take: (txnId: string, events: readonly ClientEvent[]) => Promise<void>,
): Promise<void> {
  await context.oneByOne.run('missed events', async () => {
    const { api, values, clock, settings } = context
    const nowMs = clock.now()
    const lastMs = await values.get(positionKey)
    if (typeof lastMs === 'number') {
      // What is older than the inbox remembers cannot be told from what was pushed.
      const sinceMs = Math.max(lastMs - marginMs, nowMs - settings.keep_done_hours * 3_600_000)
      await inParallel(widths.missedRooms, await api.joinedRooms(), async (roomId) => {
        const missed = await unlessRefused(context, roomId, () => missedIn(context, roomId, sinceMs))
        if (missed.length === 0) return
        await take(`pons-missed-${missed.at(-1)?.event_id ?? ''}`, missed)
        context.logger.info({ roomId, count: missed.length }, 'the homeserver had not pushed everything')
      })
    }
    await values.set(positionKey, nowMs)
  })
}

/** A room that the bot may not read, for it was put out meanwhile, keeps no other from being read. */
async function unlessRefused(
  { logger }: BridgeContext,
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
async function missedIn(context: BridgeContext, roomId: RoomId, sinceMs: number): Promise<ClientEvent[]> {
  const said: ClientEvent[] = []
  const filter = JSON.stringify({ senders: await speakersIn(context, roomId) })
  let isOver = false
  for (let from: string | undefined; !isOver;) {
    const page: JsonObject = await context.api.messages(roomId, { dir: 'b', limit: pageSize, filter, from })
    const chunk = Array.isArray(page['chunk']) ? page['chunk'].filter(isJsonObject) : []
    const events = chunk.map((event): unknown => ({ ...event, room_id: roomId })).filter(isClientEvent)
    // What was said before the bot came was not said to it.
    const end = events.findIndex((event) => event.origin_server_ts < sinceMs || isComing(context, event))
    said.push(...(end === -1 ? events : events.slice(0, end)))
    from = typeof page['end'] === 'string' ? page['end'] : undefined
    isOver = end !== -1 || from === undefined
  }
  const theirs = said.filter((event) => !isOurOwn(context, event))
  const unknown = await context.inbox.unknown(theirs.map(({ event_id: id }) => id))
  return theirs.filter(({ event_id: id }) => unknown.has(id)).toReversed()
}

/** Ghosts may have said a lot, all of it the bridge's own. */
async function speakersIn({ members, ghosts }: BridgeContext, roomId: RoomId): Promise<string[]> {
  members.forget(roomId)
  return [...(await members.joined(roomId))].filter((userId) => !ghosts.isGhost(userId))
}

function isComing({ botUserId }: BridgeContext, { type, state_key: who, content, unsigned }: ClientEvent): boolean {
  const before = isJsonObject(unsigned?.['prev_content']) ? unsigned['prev_content']['membership'] : undefined
  return type === 'm.room.member' && who === botUserId && content['membership'] === 'join' && before !== 'join'
}
