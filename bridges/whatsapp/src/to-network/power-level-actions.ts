import type { PowerLevelIntent } from '@pons/core'
import { adminLevel } from '../groups.ts'
import { jidOfUser } from '../ids.ts'
import type { WhatsAppAction } from './actions.ts'

/** Who becomes an administrator, and who is none any more. */
export function powerLevelActions({ subject, powerLevel, previousLevel }: PowerLevelIntent): WhatsAppAction[] {
  const isAdmin = powerLevel >= adminLevel
  if (isAdmin === previousLevel >= adminLevel) return []
  return [{ kind: 'admin', jid: jidOfUser(subject), isAdmin }]
}
