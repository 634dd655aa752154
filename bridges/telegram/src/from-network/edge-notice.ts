import { remoteMessageId, spanInWords, type LoginId, type RemoteEvent } from '@pons/core'
import { chatKeyOf } from '../ids.ts'
import type { HistoryEdge } from '../protocol/engine-options.ts'

/** Said once for a gap: where the account stood before it names it. */
export function edgeNotice(login: LoginId, { peer, fromMs, toMs, isRefused }: HistoryEdge, nowMs: number): RemoteEvent {
  const why = isRefused === true ? 'Telegram does not give its history' : 'its history does not reach back so far'
  return {
    kind: 'notice',
    chat: chatKeyOf(peer, login),
    id: remoteMessageId(`edge:${peer}:${fromMs}`),
    timestampMs: Math.min(toMs, nowMs),
    login,
    text: `What was said on Telegram between ${spanInWords(fromMs, toMs)} may be missing here: ${why}.`,
  }
}
