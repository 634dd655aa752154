import type { RoomId, Clock } from '@pons/matrix'
import type { BatchSends } from '../matrix-side/batch-sends.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { NetworkSchedule } from '../queue/network-schedule.ts'
import type { NeedsOf } from '../needs-of.ts'
import type { RemoteEvent, RemoteMessage } from '../network/remote-event.ts'
import { prepareMessage, type PreparedMessage } from '../portal/from-network/message.ts'
import { isOwnComingBack, mayBeOwn } from '../portal/from-network/own-echo.ts'
import { pieces } from '../queue/widths.ts'
import type { JournalRecord } from '../storage/journal-store.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { RecordWrite } from './record-done.ts'

type Needs = {
  readonly batches: BatchSends
  readonly clock: Clock
  readonly outbox: Outbox
  readonly step: (name: string) => void
} & NeedsOf<typeof isOwnComingBack | typeof prepareMessage>

export type PlainRecord = JournalRecord & { readonly event: RemoteMessage }

/** The messages at the head of the records that may go in one request. */
export function plainRun(
  needs: { readonly schedule: NetworkSchedule } & NeedsOf<typeof mayBeOwn>,
  records: readonly JournalRecord[],
): PlainRecord[] {
  const run: PlainRecord[] = []
  const { alone, amongOthers } = pieces.delivered
  for (const record of records.slice(0, needs.schedule.isAlone ? alone : amongOthers)) {
    if (!isPlain(needs, record)) break
    run.push(record)
  }
  return run
}

/** Needs nothing that came a moment before, no upload, no look at what is on its way out; and was not refused before. */
function isPlain(needs: NeedsOf<typeof mayBeOwn>, record: JournalRecord): record is PlainRecord {
  const { event, attempts } = record
  return attempts === 0 && isPlainMessage(event) && !mayBeOwn(needs, event)
}

function isPlainMessage(event: RemoteEvent): event is RemoteMessage {
  if (event.kind !== 'message') return false
  return event.replyTo === undefined && event.raw === undefined && event.document.media === undefined
}

export interface DeliveredTogether {
  /** What is to be recorded for each of those that are in the room, in order. */
  readonly writes: readonly RecordWrite[]
  /** What the one behind them failed with. */
  readonly failure?: unknown
}

/**
 * Sends a run of messages to their room in one request, each in the name of its ghost; as far as the first that was sent from
 * here, by a login that is no longer there to be asked whose words they are.
 */
export async function deliverTogether(
  needs: Needs,
  portal: PortalRecord & { readonly roomId: RoomId },
  records: readonly PlainRecord[],
): Promise<DeliveredTogether> {
  const ids = records.map(({ event }) => event.id)
  const named = await needs.outbox.ownAmong(portal.nid, ids)
  const firstOwn = named.size === 0 ? -1 : await indexOfOwn(needs, portal, records)
  if (firstOwn === 0) return { writes: [() => Promise.resolve()] }
  const run = firstOwn === -1 ? records : records.slice(0, firstOwn)
  const { prepared, failure } = await prepareAll(needs, portal, run)
  const sent = await needs.batches.send(
    portal.roomId,
    prepared.map(({ type, txnId, content, speaker }, index) => ({
      type,
      txnId,
      content,
      sender: speaker.userId,
      timestampMs: run[index]?.event.timestampMs ?? needs.clock.now(),
    })),
  )
  needs.step('bridge:matrix-sent')
  const writes = sent.eventIds.flatMap((eventId, index) => {
    const put = prepared[index]?.put
    return put === undefined ? [] : [(tx: Parameters<RecordWrite>[0]) => put(tx, eventId)]
  })
  const reason = sent.failure ?? failure
  return { writes, ...(reason !== undefined && { failure: reason }) }
}

async function indexOfOwn(needs: Needs, portal: PortalRecord, records: readonly PlainRecord[]): Promise<number> {
  for (const [index, { event }] of records.entries()) if (await isOwnComingBack(needs, portal, event)) return index
  return -1
}

async function prepareAll(
  needs: Needs,
  portal: PortalRecord & { readonly roomId: RoomId },
  run: readonly PlainRecord[],
): Promise<{ prepared: PreparedMessage[]; failure?: unknown }> {
  const prepared: PreparedMessage[] = []
  for (const { event } of run) {
    try {
      prepared.push(await prepareMessage(needs, { portal, roomId: portal.roomId, event }))
    } catch (failure) {
      return { prepared, failure }
    }
  }
  return { prepared }
}
