/** A message of the loopback side, by the network's id. */
export interface RemoteRef {
  readonly id: string
}

export type LoopbackMediaKind = 'image' | 'video' | 'voice' | 'audio' | 'file' | 'sticker'

export interface LoopbackMedia {
  readonly kind: LoopbackMediaKind
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly fileName?: string
  readonly caption?: string
}

/** A message that came from Matrix, as the other person in the chat has it by now. */
export interface SeenMessage extends RemoteRef {
  readonly text: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
  /** Reactions to it that came from Matrix. */
  readonly reactions: readonly string[]
  /** Text of the message it answers. */
  readonly repliesTo?: string
  readonly media?: LoopbackMedia
  readonly location?: { readonly latitude: number; readonly longitude: number }
}

/** One chat with one other person who speaks in it. What the network has no form for is absent. */
export interface LoopbackChat {
  readonly kind: 'direct' | 'group'
  /** The portal's room. */
  readonly roomId: string
  /** Who of the people that entered speaks in it, where it is shared by several logins; everybody where undefined. */
  readonly speakers?: readonly number[]
  /** Resolves once the network has accepted it. */
  say(text: string): Promise<RemoteRef>
  /** Messages from Matrix, in the order the other person has them. */
  seen(): readonly SeenMessage[]
  /** The first message that fits, waited for. @throws Error with what was there instead */
  seeing(fits: (message: SeenMessage) => boolean, what: string): Promise<SeenMessage>
  /** The other person reacted to a message, of theirs or from Matrix. */
  readonly react?: (to: RemoteRef, key: string) => Promise<void>
  readonly unreact?: (to: RemoteRef, key: string) => Promise<void>
  readonly reply?: (to: RemoteRef, text: string) => Promise<RemoteRef>
  readonly edit?: (message: RemoteRef, text: string) => Promise<void>
  readonly takeBack?: (message: RemoteRef) => Promise<void>
  readonly sayBold?: (text: string) => Promise<RemoteRef>
  readonly send?: (media: LoopbackMedia) => Promise<RemoteRef>
  readonly locate?: (place: { latitude: number; longitude: number; name?: string }) => Promise<RemoteRef>
  readonly sendContact?: (contact: { name: string; phone: string }) => Promise<RemoteRef>
  /** Something the bridge knows no form for. */
  readonly sendUnknown?: () => Promise<RemoteRef>
  readonly type?: () => Promise<void>
  /** False where the network does not say who has read. */
  readonly read?: (message: RemoteRef) => Promise<boolean>
  /** The account's owner writes it with another app. */
  readonly sayElsewhere?: (text: string) => Promise<RemoteRef>
  readonly rename?: (name: string) => Promise<void>
  readonly setTopic?: (topic: string) => Promise<void>
  /** Somebody comes or goes; the name they are known by, undefined where nobody can. */
  readonly addMember?: () => Promise<string | undefined>
  readonly removeMember?: () => Promise<void>
  /** False where the chat has no such thing. */
  readonly promote?: () => Promise<boolean>
  /** Waits until the owner's reactions to a message of the other person are these. */
  readonly reactionsTo?: (id: string, keys: readonly string[]) => Promise<void>
  /** Waits until the chat is called so over there. */
  readonly sawInfo?: (info: { name?: string; topic?: string }) => Promise<void>
  /** Has the other person been told that the owner types, and up to which message they have read? */
  readonly sawTyping?: () => Promise<void>
  readonly sawRead?: (message: RemoteRef) => Promise<void>
}
