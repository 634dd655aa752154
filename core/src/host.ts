import type { BridgeContext } from './bridge-context.ts'
import { txnIdOf } from './matrix-side/txn-id.ts'
import { renderReply } from './commands/reply.ts'
import type { BridgeHost } from './network/bridge-host.ts'
import type { RemoteEphemeral, RemoteEvent } from './network/remote-event.ts'
import { ValueStore } from './store/value-store.ts'

export interface HostEffects {
  /** A portal has new rows in its journal. */
  readonly wake: (portalNid: number) => void
  readonly mediaLink: (mxcUri: string, fileName?: string) => string | undefined
}

/** What the framework offers the adapter, over the context of a running bridge. */
export function createHost(context: BridgeContext, effects: HostEffects): BridgeHost {
  return {
    logger: context.logger.child({ component: context.connector.info.id }),
    store: new ValueStore(context.db, context.connector.info.id),
    ingest: (event) => ingest(context, event, effects.wake),
    ingestEphemeral: (event) => {
      showEphemeral(context, event).catch((error: unknown) =>
        context.logger.debug({ err: error }, 'ephemeral event lost'),
      )
    },
    clientState(report) {
      const before = context.health.note(report)
      context.metrics.clientState(report.name, report.state)
      if (before?.state !== report.state) context.logger.info({ ...report }, 'connection changed')
      const owner = report.login && context.logins.ownerOf(report.login)
      if (owner && report.state === 'BAD_CREDENTIALS' && before?.state !== 'BAD_CREDENTIALS') {
        tell(
          context,
          owner,
          `${report.name}: ${report.message ?? 'the login is no longer valid'}. Say \`login\` to log in again.`,
        ).catch((error: unknown) => context.logger.warn({ err: error }, 'owner of a login could not be told'))
      }
    },
    notifyUser: (userId, text) => tell(context, userId, text),
    portals: async () => (await context.portals.withRooms()).map(({ chat, isPlumbed }) => ({ chat, isPlumbed })),
    async matrixMembers(chat) {
      const roomId = (await context.portals.byChat(chat))?.roomId
      if (roomId === undefined) return []
      const joined = [...(await context.members.joined(roomId))]
      return joined.filter((userId) => userId !== context.botUserId && !context.ghosts.isGhost(userId))
    },
    async isKnown(chat, id) {
      const portal = await context.portals.byChat(chat)
      return portal !== undefined && (await context.journal.isKnown(portal.nid, id))
    },
    mediaLink: effects.mediaLink,
    ghostUserId: (user) => context.ghosts.userIdOf(user),
    remoteUserOf: (userId) => context.ghosts.remoteUserOf(userId),
    now: () => context.clock.now(),
    step: context.step,
  }
}

async function ingest(context: BridgeContext, event: RemoteEvent, wake: HostEffects['wake']): Promise<void> {
  const nid = await context.db.transaction(async (tx) => {
    const portal = await context.portals.ensure(tx, event.chat)
    await context.journal.add(tx, portal.nid, event, context.clock.now())
    return portal.nid
  })
  context.step('bridge:journal-stored')
  wake(nid)
}

async function showEphemeral(context: BridgeContext, event: RemoteEphemeral): Promise<void> {
  const portal = await context.portals.byChat(event.chat)
  if (portal?.roomId === undefined) return
  const ghost = context.ghosts.userIdOf(event.user)
  if (!(await context.members.joined(portal.roomId)).has(ghost)) return
  if (event.kind === 'typing') return await context.api.setTyping(portal.roomId, ghost, event.timeoutMs)
  const message = await context.messages.byRemoteId(portal.nid, event.upTo)
  if (message !== undefined) await context.api.sendReceipt(portal.roomId, message.eventId, { actAs: ghost })
}

async function tell(
  context: BridgeContext,
  userId: Parameters<BridgeHost['notifyUser']>[0],
  text: string,
): Promise<void> {
  const roomId = await context.users.managementRoom(userId)
  if (roomId === undefined) return
  const txnId = txnIdOf('tell', roomId, context.clock.now(), text)
  await context.api.send(roomId, { type: 'm.room.message', txnId, content: renderReply(text) })
}
