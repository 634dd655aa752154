import type { PowerLevelIntent } from '@pons/core'
import { peerOfUser } from '../ids.ts'
import type { TelegramAction } from './actions.ts'

const adminLevel = 50

/** Who becomes an administrator, and who is none any more. */
export function powerLevelActions({ subject, powerLevel, previousLevel }: PowerLevelIntent): TelegramAction[] {
  const isAdmin = powerLevel >= adminLevel
  if (isAdmin === previousLevel >= adminLevel) return []
  return [{ kind: 'admin', peer: peerOfUser(subject), isAdmin }]
}
