import { BridgeError, isBlank, type MediaReference, type MessageIntent, type RemoteMessageId } from '@pons/core'
import { splitText, type FormattedText } from '../convert/to-telegram.ts'
import type { OutgoingFile, TelegramAction } from './actions.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { spokenText } from './spoken-text.ts'
import { targetIds } from './target-ids.ts'
import { textLimits } from './text-limits.ts'

/** What is said, in as many messages as it takes. */
export function messageActions(parts: PrepareParts, intent: MessageIntent): TelegramAction[] {
  const { document, replyTo } = intent
  const answered = replyTo === undefined ? undefined : targetIds(replyTo)[0]
  const reply = answered === undefined ? {} : { replyTo: answered }
  if (document.location !== undefined) {
    const { latitude, longitude } = document.location
    return [{ kind: 'place', latitude, longitude, ...reply }]
  }
  const formatted = spokenText(parts, intent)
  if (document.media === undefined) return textActions(splitText(formatted, textLimits.message), reply)
  const file = fileOf(document.media)
  const [caption = { text: '', entities: [] }, ...rest] = splitText(formatted, textLimits.caption)
  return [
    { kind: 'file', file, ...caption, ...reply },
    ...textActions(
      rest.filter(({ text }) => text !== ''),
      {},
    ),
  ]
}

function textActions(pieces: readonly FormattedText[], reply: { replyTo?: RemoteMessageId }): TelegramAction[] {
  return pieces
    .filter(({ text }) => !isBlank(text))
    .map((piece, index) => ({ kind: 'text', ...piece, ...(index === 0 && reply) }))
}

function fileOf({ source, ...file }: MediaReference): OutgoingFile {
  if (!('mxc' in source)) throw new BridgeError('the medium is not on the homeserver')
  return { ...file, mxc: source.mxc }
}
