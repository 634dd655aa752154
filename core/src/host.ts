import { MatrixError } from '@pons/matrix'
import type { BridgeContext } from './bridge-context.ts'
import { isKnown } from './portal/from-remote/is-known.ts'
import { BridgeError } from './bridge-error.ts'
import { logFailure } from './log-failure.ts'
import { saysNothing } from './document/says-nothing.ts'
import { ingest } from './ingest.ts'
import { isRefusal, isTooLarge } from './matrix-side/refusal.ts'
import { txnIdOf } from './matrix-side/txn-id.ts'
import { renderReply } from './commands/reply.ts'
import type { BridgeHost, DownloadedMedia } from './network/bridge-host.ts'
import type { RemoteEvent } from './network/remote-event.ts'
import { showEphemeral } from './portal/from-remote/ephemeral.ts'
import { cleanEvent } from './network/clean-event.ts'
import { cleanJson, cleanText } from './text/clean-text.ts'

export interface HostEffects {
  /** A portal has new rows in its journal. */
  readonly wake: (portalNid: number) => void
  readonly mediaLink: (mxcUri: string, fileName?: string) => string | undefined
}

/** What the framework offers the adapter, over the context of a running bridge. */
export function createHost(context: BridgeContext, effects: HostEffects): BridgeHost {
  const store = context.values
  return {
    logger: context.logger.child({ component: context.connector.info.id }),
    store,
    async ingest(events, alongside) {
      const given = isList(events) ? events : [events]
      const of = { login: given[0]?.login ?? '', count: given.length }
      const { list, portals } = await context.schedule.store(of, async () => {
        const said = given.filter(isSaid).map((event) => cleanEvent(event))
        return { list: said, portals: await ingest(context, store, said, alongside) }
      })
      context.step('bridge:journal-stored')
      for (const nid of portals) effects.wake(nid)
      context.hearers
        .note(list)
        .catch((error: unknown) =>
          logFailure(context, 'warn', { err: error }, 'the owner of a login could not be brought into a room'),
        )
    },
    ingestEphemeral: (event) => {
      showEphemeral(context, cleanJson(event)).catch((error: unknown) =>
        context.logger.debug({ err: error }, 'ephemeral event lost'),
      )
    },
    clientState(report) {
      const before = context.health.note(report)
      context.logins.endings.note(report)
      if (before?.state !== report.state) context.logger.info({ ...report }, 'connection changed')
      const owner = report.login && context.logins.ownerOf(report.login)
      if (owner && report.state === 'BAD_CREDENTIALS' && before?.state !== 'BAD_CREDENTIALS') {
        tell(
          context,
          owner,
          `${report.name}: ${report.message ?? 'the login is no longer valid'}. Say \`login\` to log in again.`,
        ).catch((error: unknown) => logFailure(context, 'warn', { err: error }, 'owner of a login could not be told'))
      }
    },
    notifyUser: (userId, text) => tell(context, userId, cleanText(text)),
    ...portalsOf(context),
    download: (uri, maxBytes) => download(context, uri, maxBytes),
    upload: (medium, fileName) => upload(context, medium, fileName),
    mediaLink: effects.mediaLink,
    ghostUserId: (user) => context.ghosts.userIdOf(user),
    remoteUserOf: (userId) => context.ghosts.remoteUserOf(userId),
    isAdmin: context.isAdmin,
    egress: context.egress,
    now: () => context.clock.now(),
    step: context.step,
  }
}

type OfPortals = Pick<BridgeHost, 'portals' | 'matrixMembers' | 'isKnown' | 'chatsWith'>

/** What is known of the chats that have a room. */
function portalsOf(context: BridgeContext): OfPortals {
  return {
    portals: async () => (await context.portals.withRooms()).map(({ chat, isPlumbed }) => ({ chat, isPlumbed })),
    async matrixMembers(chat) {
      const roomId = (await context.portals.byChat(chat))?.roomId
      if (roomId === undefined) return []
      const joined = [...(await context.members.joined(roomId))]
      return joined.filter((userId) => userId !== context.botUserId && !context.ghosts.isGhost(userId))
    },
    async isKnown(chat, id, idBy) {
      const portal = await context.portals.byChat(chat)
      return portal !== undefined && (await isKnown(context, portal, { id, ...(idBy !== undefined && { idBy }) }))
    },
    chatsWith: (login, id) => context.portals.chatsWith(login, id),
  }
}

async function upload({ api }: BridgeContext, { bytes, mimeType }: DownloadedMedia, fileName: string): Promise<string> {
  try {
    return await api.upload(bytes, mimeType, fileName)
  } catch (error) {
    if (!isRefusal(error) && !isTooLarge(error)) throw error
    throw new BridgeError(`the homeserver does not take a file (${error.message})`, { cause: error })
  }
}

async function download(context: BridgeContext, uri: string, maxBytes = Infinity): Promise<DownloadedMedia> {
  const [, serverName, mediaId] = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]+)$/.exec(uri) ?? []
  if (serverName === undefined || mediaId === undefined)
    throw new BridgeError('the message names no medium that could be fetched')
  try {
    return await context.api.download({ serverName, mediaId }, maxBytes)
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    if (error.errcode === 'M_TOO_LARGE')
      throw new BridgeError('the medium is larger than this network takes', { cause: error })
    const isGone = error.status === 404 || error.status === 410
    if (isGone) throw new BridgeError('the medium is no longer on the homeserver', { cause: error })
    throw new BridgeError('the homeserver did not hand out the medium', { isRetryable: true, cause: error })
  }
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

/** A message without a word or a medium is none. */
function isSaid(event: RemoteEvent): boolean {
  return event.kind !== 'message' || !saysNothing(event.document)
}

function isList(events: RemoteEvent | readonly RemoteEvent[]): events is readonly RemoteEvent[] {
  return Array.isArray(events)
}
