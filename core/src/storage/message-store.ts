import type { Database, Queryable, Transaction } from '@pons/database'
import type { EventId, UserId } from '@pons/matrix'
import { remoteMessageId, remoteUserId, type RemoteMessageId, type RemoteUserId } from '../network/ids.ts'
import type { TargetMessage } from '../network/matrix-intent.ts'
import { cleanText } from '../text/clean-text.ts'
import { cutText } from '../text/cut-text.ts'

export interface MessageRecord {
  readonly eventId: EventId
  readonly part: number
  readonly portalNid: number
  readonly remoteId?: RemoteMessageId
  readonly author: { readonly remote: RemoteUserId } | { readonly matrix: UserId }
  readonly authorName: string
  /** Plain text, cut to what a quote needs. */
  readonly body: string
  readonly timestampMs: number
  /** Taken back, on either side. */
  readonly isRedacted?: boolean
}

interface MessageRow {
  event_id: string
  part: number
  portal_nid: number
  remote_id: string | null
  author_remote: string | null
  author_matrix: string | null
  author_name: string
  body: string
  ts: number
  is_redacted: number
}

const written = 'event_id, part, portal_nid, remote_id, author_remote, author_matrix, author_name, body, ts'
const columns = `${written}, is_redacted`
const upsert = `insert into bridge_message (network, ${written}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict (network, event_id, part) do update set remote_id = excluded.remote_id, body = excluded.body`
const maxBodyLength = 2000

/** A message's text as it is kept: cut to what a quote needs. */
export const keptBody = (body: string): string => cutText(cleanText(body), maxBodyLength)

/** Which Matrix event is which remote message. */
export class MessageStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async put(tx: Transaction, message: MessageRecord): Promise<void> {
    await tx.run(
      upsert,
      this.#network,
      message.eventId,
      message.part,
      message.portalNid,
      message.remoteId ?? null,
      'remote' in message.author ? message.author.remote : null,
      'matrix' in message.author ? message.author.matrix : null,
      cleanText(message.authorName),
      keptBody(message.body),
      message.timestampMs,
    )
  }

  async setRemoteId(
    tx: Transaction,
    message: Pick<MessageRecord, 'eventId' | 'part'>,
    remoteId: RemoteMessageId,
  ): Promise<void> {
    const sql = 'update bridge_message set remote_id = $1 where network = $2 and event_id = $3 and part = $4'
    await tx.run(sql, remoteId, this.#network, message.eventId, message.part)
  }

  async markRedacted(tx: Transaction, eventId: EventId): Promise<void> {
    const sql = 'update bridge_message set is_redacted = 1 where network = $1 and event_id = $2'
    await tx.run(sql, this.#network, eventId)
  }

  async setBody(tx: Transaction, eventId: EventId, body: string): Promise<void> {
    const sql = 'update bridge_message set body = $1 where network = $2 and event_id = $3'
    await tx.run(sql, keptBody(body), this.#network, eventId)
  }

  /** What has that id in the chat, first parts first: more than one where ids are their senders' choice. */
  async withRemoteId(portalNid: number, remoteId: string, on: Queryable = this.#db): Promise<MessageRecord[]> {
    const sql = `select ${columns} from bridge_message where portal_nid = $1 and remote_id = $2 order by part, ts`
    return (await on.all<MessageRow>(sql, portalNid, remoteId)).map(fromRow)
  }

  /** All that is known of a message by its Matrix event; undefined when it never crossed the bridge. */
  async target(eventId: EventId): Promise<TargetMessage | undefined> {
    const sql = `select ${columns} from bridge_message where network = $1 and event_id = $2 order by part`
    const parts = (await this.#db.all<MessageRow>(sql, this.#network, eventId)).map(fromRow)
    const first = parts[0]
    if (first === undefined) return undefined
    return {
      eventId,
      remoteIds: parts.flatMap((part) => (part.remoteId === undefined ? [] : [part.remoteId])),
      author: first.author,
      authorName: first.authorName,
      text: first.body,
      timestampMs: first.timestampMs,
      isRedacted: first.isRedacted === true,
    }
  }
}

function fromRow(row: MessageRow): MessageRecord {
  return {
    eventId: row.event_id as EventId,
    part: row.part,
    portalNid: row.portal_nid,
    ...(row.remote_id !== null && { remoteId: remoteMessageId(row.remote_id) }),
    author:
      row.author_remote === null
        ? { matrix: row.author_matrix as UserId }
        : { remote: remoteUserId(row.author_remote) },
    authorName: row.author_name,
    body: row.body,
    timestampMs: row.ts,
    isRedacted: row.is_redacted === 1,
  }
}
