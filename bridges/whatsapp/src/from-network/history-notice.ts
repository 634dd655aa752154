import type { HistoryNotice, Incoming } from '../protocol/incoming.ts'

/** How a part of the history was announced, if that is what the message does. */
export function historyNoticeIn({ isFromMe, content }: Incoming): HistoryNotice | undefined {
  return (isFromMe && content?.protocolMessage?.historySyncNotification) || undefined
}

/** Does it lie elsewhere, so that it may take any time to be had? */
export function isElsewhere(notice: HistoryNotice | undefined): boolean {
  return notice !== undefined && !notice.initialHistBootstrapInlinePayload?.length
}
