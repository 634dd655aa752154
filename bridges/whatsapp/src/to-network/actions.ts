import type { MediaReference, RemoteAction } from '@pons/core'

/** A message that another one is about. */
export interface MessageKey {
  readonly id: string
  /** Who wrote it; absent: the account itself. */
  readonly author?: string
}

export interface Quote extends MessageKey {
  readonly text: string
}

interface Text {
  readonly text: string
  /** Addresses of those that the text mentions. */
  readonly mentions: readonly string[]
  readonly quote?: Quote
}

/** A file on the homeserver, with what WhatsApp wants to know of it. */
export type OutgoingFile = Omit<MediaReference, 'source'> & { readonly mxc: string }

/** One thing to do on WhatsApp, as it is stored. */
export type WhatsAppAction =
  | ({ readonly kind: 'text' } & Text)
  | ({ readonly kind: 'file'; readonly file: OutgoingFile } & Text)
  | {
      readonly kind: 'place'
      readonly latitude: number
      readonly longitude: number
      readonly name?: string
      readonly quote?: Quote
    }
  | { readonly kind: 'edit'; readonly target: MessageKey; readonly text: string; readonly mentions: readonly string[] }
  | { readonly kind: 'delete'; readonly target: MessageKey }
  /** '' takes a reaction back. */
  | { readonly kind: 'react'; readonly target: MessageKey; readonly key: string }
  | { readonly kind: 'name' | 'topic'; readonly text: string }
  | { readonly kind: 'avatar'; readonly mxc?: string }
  | { readonly kind: 'invite' | 'remove'; readonly jid: string }
  | { readonly kind: 'admin'; readonly jid: string; readonly isAdmin: boolean }

/** Actions are stored as JSON and come back as such; only this adapter makes them. */
export function asAction(action: RemoteAction): WhatsAppAction {
  return action as unknown as WhatsAppAction
}

export function asStored(actions: readonly WhatsAppAction[]): RemoteAction[] {
  return actions as unknown as RemoteAction[]
}
