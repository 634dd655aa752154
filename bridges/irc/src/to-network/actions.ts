import type { RemoteAction } from '@pons/core'

/** What the bridge does on IRC, as it is stored before it is done. */
export type IrcAction =
  /** One line of text; `text` is what stands on the wire, formatting and CTCP included. */
  | {
      readonly type: 'say'
      readonly command: 'PRIVMSG' | 'NOTICE'
      readonly target: string
      readonly text: string
      /** Client-only tags, by name with their `+`. */
      readonly tags?: Readonly<Record<string, string>>
    }
  | { readonly type: 'join'; readonly channel: string }
  | { readonly type: 'part'; readonly channel: string; readonly reason: string }
  /** A command that may be repeated without harm. `middle` are the parameters before the last. */
  | {
      readonly type: 'command'
      readonly command: string
      readonly middle: readonly string[]
      readonly last: string
      readonly tags?: Readonly<Record<string, string>>
    }

/** The action that is a line of text. */
export type SayAction = Extract<IrcAction, { readonly type: 'say' }>

export function asStored(actions: readonly IrcAction[]): RemoteAction[] {
  return actions.map((action) => ({ ...action }) as RemoteAction)
}

/** Reads an action back. @throws TypeError for one that this version of the bridge does not know */
export function readAction(stored: RemoteAction): IrcAction {
  const { type } = stored
  if (type === 'say' || type === 'join' || type === 'part' || type === 'command') return stored as unknown as IrcAction
  throw new TypeError(`unknown action ${JSON.stringify(type)}`)
}
