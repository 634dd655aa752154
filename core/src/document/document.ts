import type { JsonObject } from '@pons/matrix'

/**
 * A message in no network's form. Adapters map it to their library's shape; the framework maps it from and to
 * Matrix (`m.room.message`, spec section 11.2.1).
 */
export interface MessageDocument {
  /** `emote` is /me, `notice` is said by a program. */
  readonly kind: 'text' | 'emote' | 'notice'
  readonly blocks: readonly Block[]
  readonly media?: MediaReference
  /** A place. The blocks say the same in words, for networks that have no such message. */
  readonly location?: PlaceReference
  /**
   * What the network says about the message: that it is forwarded and from whom, that it answers a story. Shown before its
   * words and apart from them, and never taken for them: nothing in it is quoted, or calls anybody.
   */
  readonly notes?: readonly Note[]
}

export interface Note {
  /** One line. */
  readonly text: string
  /** True: the words are another person's, and are shown as a quotation. */
  readonly isQuotation?: true
}

/** WGS 84, degrees. */
export interface PlaceReference {
  readonly latitude: number
  readonly longitude: number
  readonly name?: string
}

export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly language?: string; readonly text: string }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | {
      readonly type: 'list'
      readonly isOrdered: boolean
      readonly start?: number
      readonly items: readonly (readonly Block[])[]
    }
  | { readonly type: 'rule' }

export type Inline =
  | { readonly type: 'text'; readonly text: string; readonly marks?: Marks }
  | { readonly type: 'break' }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  /** `target` is a Matrix id (`@user:server`, a room) on the way out, and the ghost's id on the way in. */
  | { readonly type: 'mention'; readonly target: string; readonly text: string }

export interface Marks {
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly code?: true
  readonly spoiler?: true
  /** `#rrggbb`. */
  readonly color?: string
  readonly background?: string
}

export interface MediaReference {
  readonly kind: 'image' | 'video' | 'audio' | 'file' | 'sticker'
  readonly fileName: string
  readonly mimeType?: string
  readonly sizeBytes?: number
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly isVoice?: boolean
  /** Loudness of a voice message, at most 120 values from 0 to 1024 (MSC1767, MSC3246). */
  readonly waveform?: readonly number[]
  /** A silent, looping video that people use like a picture. */
  readonly isGif?: boolean
  /** Where the bytes are: on the homeserver (`mxc://…`), or on the network (adapter-defined, fetched by `ConnectorHandlers.media`). */
  readonly source: { readonly mxc: string } | { readonly remote: JsonObject }
}
