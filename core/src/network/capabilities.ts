import type { MediaReference } from '../document/document.ts'
import type { ClientHandlers } from './client-handlers.ts'

export interface MediaLimits {
  readonly maxBytes?: number
  /** What the network shows as such; `image/*` stands for all of a kind. Anything else is refused. undefined: everything. */
  readonly mimeTypes?: readonly string[]
  /** 0: this kind carries no caption. */
  readonly maxCaptionLength?: number
}

/** What formatting survives the way to the network. */
export type Formatting =
  'bold' | 'italic' | 'underline' | 'strike' | 'code' | 'code-block' | 'spoiler' | 'quote' | 'list' | 'link' | 'mention'

/** Limits of each ability. The framework refuses what exceeds them, in words, before the adapter sees it. */
export interface AbilityLimits {
  readonly message: {
    /** Longer text is handed over all the same where the adapter splits it; this is what one message holds. */
    readonly maxTextLength?: number
    readonly formatting?: readonly Formatting[]
    readonly media?: Partial<Record<MediaReference['kind'], MediaLimits>>
    readonly hasLocations?: boolean
    readonly hasReplies?: boolean
  }
  readonly edit: { readonly maxAgeMs?: number }
  readonly redaction: { readonly maxAgeMs?: number }
  readonly reaction: {
    /** A further reaction of the same person takes the place of their oldest. */
    readonly maxPerPerson?: number
    /** undefined: any. */
    readonly allowed?: readonly string[]
  }
}

export type Capabilities = Partial<AbilityLimits>

/** Limits of those abilities that the handlers have, and of no other. */
type LimitsOf<Handlers> = { readonly [Ability in keyof AbilityLimits & keyof Handlers]?: AbilityLimits[Ability] } & {
  readonly [Ability in Exclude<keyof AbilityLimits, keyof Handlers>]?: never
}

/**
 * Ties limits to handlers: to declare a limit of an ability without its handler does not compile. The room's
 * `com.beeper.room_features` event is made of the two.
 */
export function abilities<const Handlers extends ClientHandlers>(
  handlers: Handlers,
  limits: LimitsOf<Handlers>,
): { readonly handlers: Handlers; readonly capabilities: Capabilities } {
  return { handlers, capabilities: limits as Capabilities }
}
