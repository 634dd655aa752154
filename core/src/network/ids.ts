import { boundedKey } from '../text/bounded-key.ts'
import { cleanText } from '../text/clean-text.ts'

declare const remoteBrand: unique symbol
type RemoteId<Kind extends string> = string & { readonly [remoteBrand]: Kind }

/**
 * Identifiers of the remote side. The framework never looks inside them: only the adapter's `ids.ts` knows how they are
 * spelled, and every string it produces must round-trip. No network has ids with NUL, or longer than an index takes: what a
 * stranger made up is cut, always in the same way.
 */
export type RemoteChatId = RemoteId<'chat'>
export type RemoteUserId = RemoteId<'user'>
/** Unique within its chat and stable across reconnects where the network has such a thing; it is the key of deduplication. */
export type RemoteMessageId = RemoteId<'message'>
export type LoginId = RemoteId<'login'>

export const remoteChatId = (text: string): RemoteChatId => idOf(text) as RemoteChatId
export const remoteUserId = (text: string): RemoteUserId => idOf(text) as RemoteUserId
export const remoteMessageId = (text: string): RemoteMessageId => idOf(text) as RemoteMessageId
export const loginId = (text: string): LoginId => idOf(text) as LoginId

/** Derived from the Matrix event id and the part number: equal on every repeat of the same remote action. */
export type IdempotencyKey = string & { readonly [remoteBrand]: 'idempotency' }

function idOf(text: string): string {
  return boundedKey(cleanText(text))
}
