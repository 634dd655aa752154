import type { ChatSnapshot } from '../network/chat.ts'

/** What a portal's room was last made to show: the base a snapshot is compared with. */
export type AppliedInfo = Partial<
  Pick<ChatSnapshot, 'name' | 'topic' | 'sendLevel' | 'topicLevel' | 'joinRule' | 'isListed'>
> & { readonly avatarId?: string }
