import { isJsonObject, type UserId, type Clock } from '@pons/matrix'
import type { Ghosts } from '../../ghost/ghosts.ts'
import type { Relays } from '../../login/relays.ts'
import type { SenderNames } from './sender-name.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { BridgeError } from '../../bridge-error.ts'
import type { ActiveLogin, Logins } from '../../login/logins.ts'
import { loginEnded } from '../../login/login-ended-error.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import type { MatrixIntent, MatrixSender } from '../../network/matrix-intent.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { RemoteAction } from '../../network/client-handlers.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { ReactionRecord, ReactionStore } from '../../storage/reaction-store.ts'
import { isCutOff, requireThrough } from '../door.ts'
import { enforceLimits } from './enforce-limits.ts'
import { intentsOf } from './intents-of.ts'
import { withMentionsMeant } from './mentions-meant.ts'
import { prepare } from './prepare.ts'
import { replacedReactions } from './replaced-reactions.ts'

type Needs = {
  readonly clock: Clock
  readonly ghosts: Ghosts
  readonly logins: Logins
  readonly reactions: ReactionStore
  readonly relays: Relays
  readonly senderNames: SenderNames
} & NeedsOf<typeof intentsOf | typeof isCutOff | typeof loginEnded | typeof requireThrough>

/** What a Matrix event asks of the network, before anything of it is stored. */
export interface Plan {
  readonly portal: PortalRecord
  readonly event: ClientEvent
  readonly intents: readonly MatrixIntent[]
  readonly actions: readonly RemoteAction[]
  readonly client: NetworkClient
  /** '' for the relay. */
  readonly loginId: string
  /** Reactions whose place this one takes. */
  readonly replaced: readonly ReactionRecord[]
}

/**
 * Asks and decides, and changes nothing, here or on either side: that comes after the plan is stored. undefined when the event
 * asks nothing of the network. @throws BridgeError with words for who sent it
 */
export async function planEvent(needs: Needs, portal: PortalRecord, event: ClientEvent): Promise<Plan | undefined> {
  const login = needs.logins.speakingFor(event.sender, portal.chat)
  const sender: MatrixSender = {
    userId: event.sender,
    displayName: await needs.senderNames.of(event.room_id, event.sender),
    viaRelay: login === undefined,
  }
  const intents = await meant(needs, portal, event, await intentsOf(needs, portal, event, sender))
  if (intents.length === 0) return undefined
  if (await isCutOff(needs, portal.nid)) {
    if (intents.every(isOfRoom)) return undefined
    await requireThrough(needs, portal)
  }
  const ended = endOfLogin(needs, login, event)
  if (ended !== undefined) {
    if (intents.every(isOwnComingOrGoing)) return undefined
    throw loginEnded(needs, ended)
  }
  const client = login?.client ?? needs.relays.of(portal.chat)
  if (client === undefined) {
    requireSilence(intents)
    return undefined
  }
  const actions: RemoteAction[] = []
  for (const intent of intents) actions.push(...(await prepareIntent(client, intent, needs.clock.now())))
  const replaced = await replacedReactions(needs, portal, client, event)
  return { portal, event, intents, actions, client, loginId: login?.record.id ?? '', replaced }
}

/** Whom the words mean, whatever form the sender's client gave to it. */
async function meant(
  { ghosts, logins, senderNames: names }: Pick<Needs, 'ghosts' | 'logins' | 'senderNames'>,
  { chat }: PortalRecord,
  event: ClientEvent,
  intents: readonly MatrixIntent[],
): Promise<MatrixIntent[]> {
  const { room_id: roomId } = event
  // What an edit itself mentions are those whom the message did not (spec, "User and room mentions").
  const fresh = event.content['m.new_content']
  const content = isJsonObject(fresh) ? fresh : event.content
  const isKnown = (userId: UserId): boolean => ghosts.isGhost(userId) || logins.speakingFor(userId, chat) !== undefined
  return await Promise.all(
    intents.map(async (intent) => {
      if (intent.kind !== 'message' && intent.kind !== 'edit') return intent
      return { ...intent, document: await withMentionsMeant({ names, roomId, content, isKnown }, intent.document) }
    }),
  )
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
  { logins }: { readonly logins: Logins },
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
