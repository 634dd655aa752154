import { BridgeError, plainText, type BridgeHost, type EditIntent, type MessageIntent } from '@pons/core'
import { cleanText } from '../convert/to-irc.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcAction } from './actions.ts'
import { say } from './say.ts'

const fileName = 'message.txt'

/**
 * A text of more lines than the setting allows ends in a link to the whole of it: a channel takes long pastes for a flood, and
 * bans whoever says them.
 */
export async function withinLines(
  context: IrcContext,
  intent: MessageIntent | EditIntent,
  actions: readonly IrcAction[],
): Promise<readonly IrcAction[]> {
  const { host, config } = context.network.parts
  const { max_lines: max } = config
  if (max === 0 || actions.length <= max) return actions
  const shown = actions.slice(0, Math.max(1, max - 1))
  const text = plainText(intent.document)
  const link = await linkTo(host, text)
  const count = actions.length - shown.length
  const words = `… and ${count} more ${count === 1 ? 'line' : 'lines'}${link === undefined ? ', only visible on Matrix' : `: ${link}`}`
  return [...shown, ...say(context, intent, intent.document.kind, [cleanText(words)])]
}

async function linkTo(host: BridgeHost, text: string): Promise<string | undefined> {
  // Without an address that people outside can open there is no link, and no use for a file.
  if (host.mediaLink('mxc://none/none', fileName) === undefined) return undefined
  const bytes = new TextEncoder().encode(text)
  try {
    return host.mediaLink(await host.upload({ bytes, mimeType: 'text/plain; charset=utf-8' }, fileName), fileName)
  } catch (error) {
    // A homeserver that takes no file must not keep the beginning from being said.
    if (error instanceof BridgeError && !error.isRetryable) return undefined
    throw error
  }
}
