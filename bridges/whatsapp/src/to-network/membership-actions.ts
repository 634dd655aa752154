import type { MembershipIntent } from '@pons/core'
import { jidOfUser } from '../ids.ts'
import type { WhatsAppAction } from './actions.ts'

/** A Matrix person who comes or goes has no account there; remote people are brought in and sent away. */
export function membershipActions({ subject, change }: MembershipIntent): WhatsAppAction[] {
  if (!('remote' in subject)) return []
  const jid = jidOfUser(subject.remote)
  if (change === 'invite') return [{ kind: 'invite', jid }]
  return change === 'kick' || change === 'ban' ? [{ kind: 'remove', jid }] : []
}
