import { BridgeError, type LoginId } from '@pons/core'
import { numberOfMessage } from '../ids.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import type { TargetId } from './actions.ts'

/** A number alone, as earlier versions stored it: it counts in the chat. */
export function isBare(id: TargetId): id is number {
  return typeof id === 'number'
}

export function numberIn(id: TargetId, peer: PeerKey, login: LoginId): number | undefined {
  return isBare(id) ? id : numberOfMessage(id, peer, login)
}

export function numberHere(id: TargetId, peer: PeerKey, login: LoginId): number {
  const number = numberIn(id, peer, login)
  if (number === undefined) throw countsElsewhere()
  return number
}

export function countsElsewhere(): BridgeError {
  return new BridgeError('that message is from before the group became a supergroup, and cannot be changed any more')
}
