import { remoteMessageId, type ChatKey, type RemoteNotice } from '@pons/core'
import type { IrcContext } from '../../irc-context.ts'
import type { Gap } from './missed-pages.ts'
import { missingWords } from './missing-words.ts'
import { whyOf } from './why-of.ts'

/** The line that says what a private chat may lack: what was said to a login alone, which the server does not give. */
export async function privateEdgeNotice(
  context: IrcContext,
  chat: ChatKey,
  gap: Gap,
): Promise<RemoteNotice | undefined> {
  const { network, login } = context
  if (!(await network.hasPortal(chat))) return undefined
  return {
    kind: 'notice',
    chat,
    id: remoteMessageId(`edge:${chat.chat}:${gap.fromMs}`),
    timestampMs: network.parts.host.now(),
    ...(login && { login: login.id }),
    text: missingWords(context, gap, whyOf('refused')),
  }
}
