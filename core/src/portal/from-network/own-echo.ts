import type { Transaction } from '@pons/database'
import type { EventId, Clock } from '@pons/matrix'
import { plainText } from '../../document/plain-text.ts'
import type { Logins } from '../../login/logins.ts'
import type { Relays } from '../../login/relays.ts'
import { effectOfEvent, type EffectParts } from '../effect.ts'
import type { Delivery } from './delivery.ts'
import type { NamedMessages } from './named-messages.ts'
import type { RemoteUser } from '../../network/chat.ts'
import type { RemoteMessageId } from '../../network/ids.ts'
import type { RemoteEdit, RemoteEvent } from '../../network/remote-event.ts'
import { keptBody, type MessageRecord } from '../../storage/message-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'

/** As whom the bridge speaks over there. */
export interface OwnPeople {
  readonly logins: Logins
  readonly relays: Relays
}

/** What it takes to know again what was sent from here. */
export interface OwnEchoParts extends OwnPeople {
  readonly outbox: { isOwn(portalNid: number, id: RemoteMessageId): Promise<boolean> }
  readonly named: NamedMessages
}

/** What is under way to the network. */
interface Sending {
  /** Resolves when what is under way to a portal by now has ended. */
  settled(portalNid: number, signal: AbortSignal, effect?: string): Promise<void>
  /** Has something of a portal been cut off, so that nobody knows yet what became of it? */
  hasInterrupted(portalNid: number): Promise<boolean>
}

interface WaitingParts extends OwnEchoParts {
  readonly outbox: OwnEchoParts['outbox'] & Sending
}

/** The changes that were made from here and have not come back. */
interface Effects {
  unheard(portalNid: number, effect: string, sinceMs: number): Promise<Change | undefined>
  markHeard(tx: Transaction, change: Change): Promise<void>
}

interface Change {
  readonly eventId: EventId
  readonly part: number
}

export interface OwnEffectParts extends OwnPeople, EffectParts {
  readonly outbox: Effects
  readonly clock: Clock
}

/**
 * What a login or the relay said may be what we sent a moment ago, coming back before its answer did, through whichever login
 * hears it first. Which it is shows once what was under way to its chat when it came is recorded.
 */
export async function untilOwnIsKnown(
  parts: WaitingParts,
  portalNid: number,
  event: RemoteEvent,
  signal: AbortSignal,
): Promise<void> {
  if (!isSaid(event) || !mayBeOwn(parts, event) || (await isRecorded(parts, portalNid, event))) return
  await parts.outbox.settled(portalNid, signal)
}

/**
 * The same after a crash between the two: what the crash interrupted is to be looked up first. Asked before `untilOwnIsKnown`:
 * what is taken up between the two is under way by then.
 */
export async function mustWaitForOwn(parts: WaitingParts, portalNid: number, event: RemoteEvent): Promise<boolean> {
  if (!isSaid(event) || !mayBeOwn(parts, event) || (await isRecorded(parts, portalNid, event))) return false
  return await parts.outbox.hasInterrupted(portalNid)
}

/**
 * What came from Matrix is there already. Only the network's id says so: a person may say the same words on their phone, and
 * what they say must not be lost.
 */
export async function isOwnComingBack(parts: OwnEchoParts, portal: PortalRecord, event: RemoteEvent): Promise<boolean> {
  const { id, idBy, chat } = event
  if (mayBeOwn(parts, event)) return await isRecorded(parts, portal.nid, event)
  if (!(await parts.outbox.isOwn(portal.nid, id))) return false
  // By a login that is over, maybe; or by somebody who chose an id that one of ours has.
  return idBy === undefined || (await parts.named.spokenOf({ ...portal, chat }, { id, author: idBy })) !== undefined
}

/** Networks tell a change within moments, if they tell it; what was never told must not hide what a person does later. */
const echoMs = 600_000

/**
 * Networks without an id for a change: one that was made from here, and has not come back yet, comes back as what it changes.
 * By then the room may have moved on. True once for each.
 */
export async function takeOwnEffect(
  parts: OwnEffectParts,
  { portal, event, record }: Pick<Delivery, 'portal' | 'event' | 'record'>,
): Promise<boolean> {
  if (!mayBeOwn(parts, event)) return false
  const effect = await effectOfEvent(parts, portal, event)
  const row = effect && (await parts.outbox.unheard(portal.nid, effect, parts.clock.now() - echoMs))
  if (!row) return false
  record((tx) => parts.outbox.markHeard(tx, row))
  return true
}

/** Networks without an id for an edit: what it says is what the message says by now. */
export function isOwnEditComingBack(parts: OwnPeople, target: MessageRecord, event: RemoteEdit): boolean {
  return mayBeOwn(parts, event) && target.body === keptBody(plainText(event.document))
}

/** Done by a login's own person or the relay, here or with another app; or by somebody of whom the network does not say who it is. */
export function mayBeOwn({ logins, relays }: OwnPeople, event: RemoteEvent): boolean {
  if (event.mayBeOurs === true || (event.kind === 'chat-info' && event.sender === undefined)) return true
  const actor = actorOf(event)
  return actor !== undefined && (logins.ofPerson(actor, event.chat) !== undefined || relays.isSelf(actor))
}

function actorOf(event: RemoteEvent): RemoteUser | undefined {
  if (event.kind === 'membership') return event.by ?? event.user
  return 'sender' in event ? event.sender : undefined
}

/** Known by nothing but the id that the answer to the send brings. Anything else is known by what it changes, too. */
function isSaid({ kind }: RemoteEvent): boolean {
  return kind === 'message' || kind === 'edit'
}

async function isRecorded(parts: OwnEchoParts, portalNid: number, { id, idBy, chat }: RemoteEvent): Promise<boolean> {
  if (await parts.outbox.isOwn(portalNid, id)) return true
  const known = await parts.named.meant({ nid: portalNid, chat }, { id, author: idBy })
  return known !== undefined && 'matrix' in known.author
}
