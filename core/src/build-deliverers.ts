import { deliverChatInfo, type ChatInfoParts } from './portal/from-network/chat-info.ts'
import type { Deliverers } from './portal/from-network/deliverers.ts'
import { deliverEdit, type EditParts } from './portal/from-network/edit.ts'
import { deliverMembership, deliverRename, type MembershipParts } from './portal/from-network/membership.ts'
import { deliverMessage, type MessageParts } from './portal/from-network/message.ts'
import { deliverNotice, type NoticeParts } from './portal/from-network/notice.ts'
import {
  deliverReaction,
  deliverReactionRemoval,
  deliverReactionSync,
  type ReactionParts,
} from './portal/from-network/reaction.ts'
import { deliverRedaction, type RedactionParts } from './portal/from-network/redaction.ts'
import { deliverSnapshot, type SnapshotParts } from './portal/from-network/snapshot.ts'

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
