import type { Transaction } from '@pons/database'
import { isJsonObject, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { BridgeError } from '../../bridge-error.ts'
import { plainText } from '../../document/plain-text.ts'
import type { ActiveLogin } from '../../login/logins.ts'
import { loginEnded } from '../../login/login-ended-error.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import type { MatrixIntent, MatrixSender } from '../../network/matrix-intent.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { RemoteAction } from '../../network/client-handlers.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { isCutOff, requireThrough } from '../door.ts'
import { effectOfIntent } from '../effect.ts'
import { enforceLimits } from './enforce-limits.ts'
import { intentsOf } from './intents-of.ts'
import { withMentionsMeant } from './mentions-meant.ts'
import { makeRoomForReaction } from './make-room-for-reaction.ts'
import { prepare } from './prepare.ts'
import type { SenderNames } from './sender-name.ts'

export interface ToRemote {
  readonly context: BridgeContext
  readonly names: SenderNames
}

/** What a Matrix event asks of the network, before anything of it is stored. */
export interface Plan {
  readonly portal: PortalRecord
  readonly event: ClientEvent
  readonly intents: readonly MatrixIntent[]
  readonly actions: readonly RemoteAction[]
  readonly client: NetworkClient
  /** '' for the relay. */
  readonly loginId: string
}

/** undefined when the event asks nothing of the network. @throws BridgeError with words for who sent it */
export async function planEvent(
  { context, names }: ToRemote,
  portal: PortalRecord,
  event: ClientEvent,
): Promise<Plan | undefined> {
  const login = context.logins.speakingFor(event.sender, portal.chat)
  const sender: MatrixSender = {
    userId: event.sender,
    displayName: await names.of(event.room_id, event.sender),
    viaRelay: login === undefined,
  }
  const intents = await meant({ context, names }, portal, event, await intentsOf(context, portal, event, sender))
  if (intents.length === 0) return undefined
  if (await isCutOff(context, portal.nid)) {
    if (intents.every(isOfRoom)) return undefined
    await requireThrough(context, portal)
  }
  const ended = endOfLogin(context, login, event)
  if (ended !== undefined) {
    if (intents.every(isOwnComingOrGoing)) return undefined
    throw loginEnded(context, ended)
  }
  const client = login?.client ?? context.relays.of(portal.chat)
  if (client === undefined) {
    requireSilence(intents)
    return undefined
  }
  const actions: RemoteAction[] = []
  for (const intent of intents) {
    await makeRoomForReaction(context, portal, client, intent)
    actions.push(...(await prepareIntent(client, intent, context.clock.now())))
  }
  return { portal, event, intents, actions, client, loginId: login?.record.id ?? '' }
}

/** Whom the words mean, whatever form the sender's client gave to it. */
async function meant(
  { context, names }: ToRemote,
  { chat }: PortalRecord,
  event: ClientEvent,
  intents: readonly MatrixIntent[],
): Promise<MatrixIntent[]> {
  const { room_id: roomId } = event
  // What an edit itself mentions are those whom the message did not (spec, "User and room mentions").
  const fresh = event.content['m.new_content']
  const content = isJsonObject(fresh) ? fresh : event.content
  const isKnown = (userId: UserId): boolean =>
    context.ghosts.isGhost(userId) || context.logins.speakingFor(userId, chat) !== undefined
  return await Promise.all(
    intents.map(async (intent) => {
      if (intent.kind !== 'message' && intent.kind !== 'edit') return intent
      return { ...intent, document: await withMentionsMeant({ names, roomId, content, isKnown }, intent.document) }
    }),
  )
}

/** Each action a row; and what is to be known of the message later. */
export async function storePlan(context: BridgeContext, tx: Transaction, plan: Plan): Promise<void> {
  const { portal, event, intents, actions, loginId, client } = plan
  for (const [part, action] of actions.entries()) {
    const row = { eventId: event.event_id, part }
    const remoteId = client.remoteIdOf?.(idempotencyKeyOf(context, row))
    const effect = part === 0 && intents.length === 1 && intents[0] ? effectOfIntent(context, intents[0]) : undefined
    await context.outbox.add(tx, { ...row, portalNid: portal.nid, loginId, action, remoteId, effect })
  }
  await rememberMessage(context, tx, { portal, event, intents, parts: Math.max(1, actions.length) })
}

/** Somebody who only joins or leaves needs no connection; somebody who speaks must learn that nobody hears them. */
function requireSilence(intents: readonly MatrixIntent[]): void {
  if (intents.every(isOfRoom)) return
  throw new BridgeError(
    'you are not logged in to this network, and this chat has no relay. It is kept: log in, or say `discard` to drop it',
    { reason: 'm.no_permission' },
  )
}

function isOfRoom({ kind }: MatrixIntent): boolean {
  return kind === 'membership' || kind === 'power-level'
}

/** Words for why nobody speaks for the sender now; undefined where somebody does, or nobody was to. */
function endOfLogin(
  { logins }: BridgeContext,
  login: ActiveLogin | undefined,
  { sender, origin_server_ts: timestampMs }: ClientEvent,
): string | undefined {
  if (login !== undefined) return logins.endings.wordsFor(login.record.id)
  return logins.hasLoggedOutSince(sender, timestampMs) ? 'you logged out' : undefined
}

function isOwnComingOrGoing(intent: MatrixIntent): boolean {
  return intent.kind === 'membership' && (intent.change === 'join' || intent.change === 'leave')
}

async function prepareIntent(
  client: NetworkClient,
  intent: MatrixIntent,
  nowMs: number,
): Promise<readonly RemoteAction[]> {
  enforceLimits(client.capabilities ?? {}, intent, nowMs)
  const actions = await prepare(client.handlers, intent)
  if (actions !== undefined) return actions
  // Who is in a room and what they may do is for each side to keep; everything else somebody did for others to see.
  if (isOfRoom(intent)) return []
  throw new BridgeError(`this network has no ${intent.kind}s`, { reason: 'com.beeper.unsupported_event' })
}

async function rememberMessage(
  context: BridgeContext,
  tx: Transaction,
  message: { portal: PortalRecord; event: ClientEvent; intents: readonly MatrixIntent[]; parts: number },
): Promise<void> {
  const { portal, event, parts } = message
  for (const intent of message.intents) {
    if (intent.kind === 'redaction') await context.messages.markRedacted(tx, intent.target.eventId)
    await rememberReaction(context, tx, { portal, event, intent })
    if (intent.kind === 'edit') await context.messages.setBody(tx, intent.target.eventId, plainText(intent.document))
    if (intent.kind !== 'message') continue
    for (let part = 0; part < parts; part++) {
      await context.messages.put(tx, {
        eventId: event.event_id,
        part,
        portalNid: portal.nid,
        author: { matrix: event.sender },
        authorName: intent.sender.displayName,
        body: plainText(intent.document),
        timestampMs: event.origin_server_ts,
      })
    }
  }
}

/** Kept so that its echo is known, and so that a redaction finds what to take back. */
async function rememberReaction(
  context: BridgeContext,
  tx: Transaction,
  { portal, event, intent }: { portal: PortalRecord; event: ClientEvent; intent: MatrixIntent },
): Promise<void> {
  if (intent.kind !== 'reaction' && intent.kind !== 'reaction-removal') return
  const { target, key: reaction } = intent
  const key = { portalNid: portal.nid, target: target.eventId, sender: event.sender, reaction }
  if (intent.kind === 'reaction') await context.reactions.put(tx, key, event.event_id)
  else await context.reactions.remove(tx, key)
}
