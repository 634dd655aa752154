import { MatrixError } from '@pons/matrix'
import { BridgeError } from '../../bridge-error.ts'
import type { Logins } from '../../login/logins.ts'
import type { TellRoom } from '../../matrix-side/tell-room.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import type { BridgeSettings } from '../../settings.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'

export interface ReportParts {
  readonly settings: BridgeSettings
  readonly connector: NetworkConnector
  readonly logins: Logins
  readonly tellRoom: TellRoom
}

/** Names, in the notice, the event of the network that it speaks of. */
const undeliveredKey = 'pons.undelivered'

/**
 * Tells the room that something of the network was given up, once; where there is no room, the owner of the login that heard
 * it. Throws when it cannot be said now.
 */
export async function reportUndelivered(
  { settings, connector, logins, tellRoom }: ReportParts,
  { chat, roomId }: PortalRecord,
  event: RemoteEvent,
  error: unknown,
): Promise<void> {
  if (!settings.failure_notices) return
  const { info } = connector
  const body = `⚠ ${whatOf(event)} from ${info.displayName} could not be shown here: ${wordsOf(error)} (say \`retry\` to try again)`
  const content = { msgtype: 'm.notice', body, [undeliveredKey]: { network: info.id, id: event.id } }
  const whose = event.idBy === undefined ? [] : [event.idBy]
  const txnId = txnIdOf('undelivered', info.id, chat.chat, chat.receiver ?? '', event.id, ...whose)
  const owner = event.login && logins.ownerOf(event.login)
  await tellRoom(roomId, { type: 'm.room.message', txnId, content }, owner)
}

function whatOf(event: RemoteEvent): string {
  const isSaid = event.kind === 'message' || event.kind === 'edit'
  const what = isSaid ? (event.kind === 'message' ? 'A message' : 'An edit') : 'A change'
  const name = 'sender' in event ? event.sender?.name : undefined
  return name === undefined ? what : `${what} of ${name}`
}

function wordsOf(error: unknown): string {
  if (error instanceof BridgeError) return error.message
  return error instanceof MatrixError
    ? `the homeserver refuses it: ${error.message}`
    : 'something went wrong inside the bridge; its log says what'
}
