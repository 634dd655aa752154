import { isBlank, plainText, type EditIntent } from '@pons/core'
import { stripFormatting } from '../convert/formatting.ts'
import { cleanText } from '../convert/to-irc.ts'
import type { IrcContext } from '../irc-context.ts'
import type { IrcAction } from './actions.ts'
import { contentLines } from './content-lines.ts'
import { editedLines, type EditedLine } from './edited-lines.ts'
import { say } from './say.ts'

/** An edit in words, for IRC has none: what has changed, as people there correct themselves. */
export function editActions(context: IrcContext, intent: EditIntent): IrcAction[] {
  const { media, ...words } = intent.document
  const before = intent.target.text.split('\n').map(cleanText).join('\n')
  const changed = editedLines(before, editable(context, { ...intent, document: words }))
  // Where the caption is as it was, the medium is another one.
  const isOtherMedium = media !== undefined && (words.blocks.length === 0 || changed.length === 0)
  const lines = isOtherMedium
    ? contentLines(context, intent).map((line, at) => (at === 0 ? `* ${line}` : line))
    : changed
  return say(context, intent, 'text', lines)
}

/** What is kept of the former text is as Matrix shows it: names in mentions may be others on IRC, and are no difference. */
function editable(context: IrcContext, intent: EditIntent): EditedLine[] {
  const written = contentLines(context, intent)
  const shown = plainText(intent.document)
    .split('\n')
    .filter((line) => !isBlank(line))
  const isSameCount = shown.length === written.length
  return written.map((line, at) => ({
    written: line,
    text: cleanText((isSameCount ? shown[at] : undefined) ?? stripFormatting(line)),
  }))
}
