import type { MembershipIntent } from '@pons/core'
import { peerOfUser } from '../ids.ts'
import type { TelegramAction } from './actions.ts'

/** A Matrix person who comes or goes has no account there; remote people are brought in and sent away. */
export function membershipActions({ subject, change }: MembershipIntent): TelegramAction[] {
  if (!('remote' in subject)) return []
  const peer = peerOfUser(subject.remote)
  if (change === 'invite') return [{ kind: 'invite', peer }]
  return change === 'kick' || change === 'ban' ? [{ kind: 'remove', peer }] : []
}
