import type { proto } from '@whiskeysockets/baileys'

/** What any kind of content may say about itself: whom it answers, whom it mentions, how long it stays. */
export function contextOf(content: proto.IMessage): proto.IContextInfo | undefined {
  for (const field of Object.values(content) as unknown[]) {
    if (typeof field !== 'object' || field === null || !('contextInfo' in field)) continue
    const { contextInfo } = field as { contextInfo?: proto.IContextInfo | null }
    if (contextInfo) return contextInfo
  }
  return undefined
}
