import { BridgeError, isBlank, type MediaReference, type MessageIntent, type TargetMessage } from '@pons/core'
import { splitText, textFrom } from '../convert/to-whatsapp.ts'
import type { Jid } from '../ids.ts'
import type { OutgoingFile, Quote, WhatsAppAction } from './actions.ts'
import { mentionedUser } from './mentioned-user.ts'
import { messageKeys } from './message-keys.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { textLimits } from './text-limits.ts'

/** What is said, in as many messages as it takes. */
export function messageActions(parts: PrepareParts, { document, replyTo }: MessageIntent): WhatsAppAction[] {
  const quoted = replyTo === undefined ? undefined : quoteOf(parts, replyTo)
  const quote = quoted === undefined ? {} : { quote: quoted }
  if (document.location !== undefined) {
    const { latitude, longitude, name } = document.location
    return [{ kind: 'place', latitude, longitude, ...(name !== undefined && { name }), ...quote }]
  }
  const { text, mentions: named } = textFrom(document, mentionedUser(parts))
  if (document.media === undefined) return textActions(splitText(text, textLimits.message), named, quote)
  const file = fileOf(document.media)
  const holdsCaption = file.kind !== 'audio' && file.kind !== 'sticker'
  const [caption = '', ...rest] = holdsCaption ? splitText(text, textLimits.caption) : ['', text]
  return [{ kind: 'file', file, text: caption, mentions: named, ...quote }, ...textActions(rest, named, {})]
}

function textActions(pieces: readonly string[], named: readonly Jid[], quote: { quote?: Quote }): WhatsAppAction[] {
  return pieces
    .filter((text) => !isBlank(text))
    .map((text, index) => ({ kind: 'text', text, mentions: named, ...(index === 0 && quote) }))
}

function fileOf({ source, ...file }: MediaReference): OutgoingFile {
  if (!('mxc' in source)) throw new BridgeError('the medium is not on the homeserver')
  return { ...file, mxc: source.mxc }
}

function quoteOf(parts: PrepareParts, target: TargetMessage): Quote | undefined {
  const [key] = messageKeys(parts, target)
  return key === undefined ? undefined : { ...key, text: target.text }
}
