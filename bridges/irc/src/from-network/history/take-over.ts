import { chatName } from '../../chat-name.ts'
import { pushSnapshot } from '../push-snapshot.ts'
import type { CatchUpContext } from './catch-up-context.ts'
import { channelHistory } from './channel-history.ts'

/** Another connection observed the channel until now: what it may have missed of the last lines is handed in. */
export function takeOver(context: CatchUpContext, channel: string): void {
  const { network, recent, connection } = context
  const session = connection.ready
  const state = session?.channel(channel)
  if (!session || !state) return
  const lane = chatName(network.channelChat(channel))
  for (const work of channelHistory(context, session, state)(recent.take(network.fold(channel))))
    network.lanes.push(lane, work)
  pushSnapshot(context, state, session)
}
