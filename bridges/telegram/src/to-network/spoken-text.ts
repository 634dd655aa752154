import type { MessageIntent } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { textFrom, withSpeaker, type FormattedText } from '../convert/to-telegram.ts'
import { peerOfUser } from '../ids.ts'
import type { PrepareParts } from './prepare-parts.ts'

/** What an intent says, as Telegram writes it; through the relay with the name of whoever says it. */
export function spokenText(
  parts: PrepareParts,
  { document, sender }: Pick<MessageIntent, 'document' | 'sender'>,
): FormattedText {
  const formatted = textFrom(document, mentions(parts))
  return sender.viaRelay ? withSpeaker(formatted, sender.displayName) : formatted
}

/** Ghosts, and people who have a login of their own. The hash is filled in when it is sent: it may change. */
function mentions({ host, accountOf }: PrepareParts) {
  return (matrixId: string) => {
    const remote = host.remoteUserOf(matrixId as UserId)
    const peer = remote === undefined ? accountOf(matrixId as UserId) : peerOfUser(remote)
    return peer?.startsWith('u') === true ? { userId: peer.slice(1), hash: '' } : undefined
  }
}
