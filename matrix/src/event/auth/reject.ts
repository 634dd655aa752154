import { forbidden } from '../../error.ts'
import type { JsonValue } from '../../json-value.ts'
import type { AuthEvent, AuthState, EventReference } from '../pdu.ts'
import type { EventId } from '../../ids.ts'

/** An event, or a draft that knows its parents, as the rules read it. */
export interface EventToAuthorize extends AuthEvent {
  readonly prev_events: readonly EventReference[]
  readonly redacts?: EventId
}

/**
 * Ends a check: the event is not allowed. `rule` names the rule as the specification's list does, by event type and
 * condition.
 */
export function reject(rule: string, why: string): never {
  throw forbidden(`${rule}: ${why}`)
}

/** Undefined for a user who never had a membership, and for malformed ones. */
export function membershipOf(state: AuthState, userId: string): string | undefined {
  const membership: JsonValue | undefined = state.get('m.room.member', userId)?.content['membership']
  return typeof membership === 'string' ? membership : undefined
}
