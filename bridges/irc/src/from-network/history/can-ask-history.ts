import type { Session } from '../../protocol/session.ts'

/** May the server be asked for its history? */
export function canAskHistory(session: Session): boolean {
  return session.server.hasCapability('draft/chathistory') || session.server.hasCapability('chathistory')
}
