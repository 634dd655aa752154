import type { EventId, UserId } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import { plainText } from '../document/plain-text.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { MatrixIntent } from '../network/matrix-intent.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { keptBody } from '../storage/message-store.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { NamedMessages } from './from-network/named-messages.ts'
import type { People } from './people.ts'

/** What something changes in a chat, spelled alike for who does it in Matrix and for what the network then tells. */
type Effect =
  | readonly ['name' | 'topic', string]
  | readonly ['edit', EventId, string]
  | readonly ['react' | 'unreact', EventId, string]
  | readonly ['avatar']
  | readonly ['leave' | 'ban' | 'unban' | 'invite', UserId]

/** What it becomes, only the network's answer says. */
export const avatarEffect = spelled(['avatar'])

/** undefined for what is known by its id alone, or is not told by networks. */
export function effectOfIntent({ ghosts }: { readonly ghosts: Ghosts }, intent: MatrixIntent): string | undefined {
  switch (intent.kind) {
    case 'name':
      return spelled(['name', intent.name])
    case 'topic':
      return spelled(['topic', intent.topic])
    case 'avatar':
      return avatarEffect
    case 'edit':
      return spelled(['edit', intent.target.eventId, keptBody(plainText(intent.document))])
    case 'reaction':
      return spelled(['react', intent.target.eventId, intent.key])
    case 'reaction-removal':
      return spelled(['unreact', intent.target.eventId, intent.key])
    case 'membership': {
      const { change, subject } = intent
      const userId = 'matrix' in subject ? subject.matrix : ghosts.userIdOf(subject.remote)
      if (change === 'join') return undefined
      return spelled([change === 'kick' ? 'leave' : change, userId])
    }
    default:
      return undefined
  }
}

export interface EffectParts {
  readonly named: NamedMessages
  readonly people: People
}

/** undefined where it changes more than one thing, or nothing that a person could have changed from here. */
export async function effectOfEvent(
  { named, people }: EffectParts,
  portal: PortalRecord,
  event: RemoteEvent,
): Promise<string | undefined> {
  switch (event.kind) {
    case 'chat-info': {
      const [[what, value] = [], more] = Object.entries(event.changes)
      const isText = (what === 'name' || what === 'topic') && typeof value === 'string'
      return isText && more === undefined && event.levels === undefined ? spelled([what, value]) : undefined
    }
    case 'edit':
    case 'reaction':
    case 'reaction-removal': {
      const target = await named.spokenOf(portal, { id: event.target, author: event.targetAuthor })
      if (target === undefined) return undefined
      if (event.kind === 'edit') return spelled(['edit', target.eventId, keptBody(plainText(event.document))])
      if (event.key === undefined) return undefined
      return spelled([event.kind === 'reaction' ? 'react' : 'unreact', target.eventId, event.key])
    }
    case 'membership': {
      const { change, user } = event
      if (change === 'join') return undefined
      const { userId } = await people.memberUser(portal.chat, user.id)
      return spelled([change === 'kick' ? 'leave' : change, userId])
    }
    default:
      return undefined
  }
}

function spelled([kind, ...rest]: Effect): string {
  return txnIdOf('effect', kind, ...rest.map((part) => part.replaceAll('\ufe0f', '')))
}
