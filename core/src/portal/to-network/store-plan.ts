import type { Transaction } from '@pons/database'
import type { NetworkConnector } from '../../network/connector.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { MessageStore } from '../../storage/message-store.ts'
import type { ReactionStore } from '../../storage/reaction-store.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { plainText } from '../../document/plain-text.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import type { MatrixIntent } from '../../network/matrix-intent.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { effectOfIntent } from '../effect.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import type { Plan } from './plan-event.ts'

type Needs = {
  readonly connector: NetworkConnector
  readonly messages: MessageStore
  readonly outbox: Outbox
  readonly reactions: ReactionStore
} & NeedsOf<typeof effectOfIntent>

/** Each action a row; and what is to be known of the message later. */
export async function storePlan(needs: Needs, tx: Transaction, plan: Plan): Promise<void> {
  const { portal, event, intents, actions, loginId, client } = plan
  for (const [part, action] of actions.entries()) {
    const row = { eventId: event.event_id, part }
    const remoteId = client.remoteIdOf?.(idempotencyKeyOf(needs, row))
    const effect = part === 0 && intents.length === 1 && intents[0] ? effectOfIntent(needs, intents[0]) : undefined
    await needs.outbox.prepare(tx, { ...row, portalNid: portal.nid, loginId, action, remoteId, effect })
  }
  await rememberMessage(needs, tx, { portal, event, intents, parts: Math.max(1, actions.length) })
}

async function rememberMessage(
  needs: {
    readonly messages: MessageStore
    readonly reactions: ReactionStore
  },
  tx: Transaction,
  message: { portal: PortalRecord; event: ClientEvent; intents: readonly MatrixIntent[]; parts: number },
): Promise<void> {
  const { portal, event, parts } = message
  for (const intent of message.intents) {
    if (intent.kind === 'redaction') await needs.messages.markRedacted(tx, intent.target.eventId)
    await rememberReaction(needs, tx, { portal, event, intent })
    if (intent.kind === 'edit') await needs.messages.setBody(tx, intent.target.eventId, plainText(intent.document))
    if (intent.kind !== 'message') continue
    for (let part = 0; part < parts; part++) {
      await needs.messages.put(tx, {
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
  { reactions }: { readonly reactions: ReactionStore },
  tx: Transaction,
  { portal, event, intent }: { portal: PortalRecord; event: ClientEvent; intent: MatrixIntent },
): Promise<void> {
  if (intent.kind !== 'reaction' && intent.kind !== 'reaction-removal') return
  const { target, key: reaction } = intent
  const key = { portalNid: portal.nid, target: target.eventId, sender: event.sender, reaction }
  if (intent.kind === 'reaction') await reactions.put(tx, key, event.event_id)
  else await reactions.remove(tx, key)
}
