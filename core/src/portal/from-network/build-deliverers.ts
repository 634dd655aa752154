import { deliverChatInfo, type ChatInfoParts } from './chat-info.ts'
import type { Deliverers } from './deliverers.ts'
import { deliverEdit, type EditParts } from './edit.ts'
import { deliverMembership, deliverRename, type MembershipParts } from './membership.ts'
import { deliverMessage, type MessageParts } from './message.ts'
import { deliverNotice, type NoticeParts } from './notice.ts'
import { deliverReaction, deliverReactionRemoval, deliverReactionSync, type ReactionParts } from './reaction.ts'
import { deliverRedaction, type RedactionParts } from './redaction.ts'
import { deliverSnapshot, type SnapshotParts } from './snapshot.ts'

type Parts = ChatInfoParts &
  EditParts &
  MembershipParts &
  MessageParts &
  NoticeParts &
  ReactionParts &
  RedactionParts &
  SnapshotParts

/** Gives each kind of event what it takes. */
export function buildDeliverers(parts: Parts): Deliverers {
  return {
    message: (delivery) => deliverMessage(parts, delivery),
    edit: (delivery) => deliverEdit(parts, delivery),
    redaction: (delivery) => deliverRedaction(parts, delivery),
    reaction: (delivery) => deliverReaction(parts, delivery),
    'reaction-removal': (delivery) => deliverReactionRemoval(parts, delivery),
    'reaction-sync': (delivery) => deliverReactionSync(parts, delivery),
    membership: (delivery) => deliverMembership(parts, delivery),
    rename: (delivery) => deliverRename(parts, delivery),
    'chat-info': (delivery) => deliverChatInfo(parts, delivery),
    snapshot: (delivery) => deliverSnapshot(parts, delivery),
    notice: (delivery) => deliverNotice(parts, delivery),
  }
}
