import type { MediaReference, RemoteAction, RemoteMessageId } from '@pons/core'
import type { TextEntity } from '../protocol/text-entity.ts'

interface Text {
  readonly text: string
  readonly entities: readonly TextEntity[]
  /** The message that is answered. */
  readonly replyTo?: TargetId
}

/** A message's id; a bare number is one that an earlier version stored, of the box that the chat has. */
export type TargetId = RemoteMessageId | number

/** A file on the homeserver, with what Telegram wants to know of it. */
export type OutgoingFile = Omit<MediaReference, 'source'> & { readonly mxc: string }

/** One thing to do on Telegram, as it is stored. */
export type TelegramAction =
  | ({ readonly kind: 'text' } & Text)
  | ({ readonly kind: 'file'; readonly file: OutgoingFile } & Text)
  | { readonly kind: 'place'; readonly latitude: number; readonly longitude: number; readonly replyTo?: TargetId }
  | ({ readonly kind: 'edit'; readonly id: TargetId } & Text)
  | { readonly kind: 'delete'; readonly ids: readonly TargetId[] }
  | { readonly kind: 'react'; readonly id: TargetId; readonly key?: string }
  | { readonly kind: 'name' | 'topic'; readonly text: string }
  | { readonly kind: 'avatar'; readonly mxc?: string }
  | { readonly kind: 'invite' | 'remove'; readonly peer: string }
  | { readonly kind: 'admin'; readonly peer: string; readonly isAdmin: boolean }

/** Actions are stored as JSON and come back as such; only this adapter makes them. */
export function asAction(action: RemoteAction): TelegramAction {
  return action as unknown as TelegramAction
}

export function asStored(actions: readonly TelegramAction[]): RemoteAction[] {
  return actions as unknown as RemoteAction[]
}
