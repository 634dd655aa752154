import type { BridgeContext } from '../../bridge-context.ts'
import { plainText } from '../../document/plain-text.ts'
import type { RemoteEdit, RemoteEvent, RemoteMessage } from '../../network/remote-event.ts'
import { keptBody, type MessageRecord } from '../../store/message-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'

/**
 * A message of the login itself may be what we sent a moment ago, coming back before its answer did. Which it is shows once
 * what was under way to its chat when it came is recorded.
 */
export async function untilOwnIsKnown(
  context: BridgeContext,
  portalNid: number,
  event: RemoteEvent,
  signal: AbortSignal,
): Promise<void> {
  if (event.kind === 'message' && isFromLogin(context, event)) await context.claims.settled(portalNid, signal)
}

/** The same after a crash between the two: what the crash interrupted is to be looked up first. */
export async function mustWaitForOwn(
  context: BridgeContext,
  portal: PortalRecord,
  event: RemoteEvent,
): Promise<boolean> {
  return event.kind === 'message' && isFromLogin(context, event) && (await context.claims.hasInterrupted(portal.nid))
}

/** What came from Matrix is there already. */
export async function isOwnComingBack(
  context: BridgeContext,
  portal: PortalRecord,
  event: RemoteMessage,
): Promise<boolean> {
  if (!isFromLogin(context, event)) return false
  const known = await context.messages.byRemoteId(portal.nid, event.id)
  return known !== undefined && 'matrix' in known.author
}

export function isOwnEditComingBack(context: BridgeContext, target: MessageRecord, event: RemoteEdit): boolean {
  return isFromLogin(context, event) && target.body === keptBody(plainText(event.document))
}

/** Said by the login itself, here or with another app. */
export function isFromLogin({ logins }: BridgeContext, { login, sender }: RemoteMessage | RemoteEdit): boolean {
  return login !== undefined && logins.isSelf(login, sender.id)
}
