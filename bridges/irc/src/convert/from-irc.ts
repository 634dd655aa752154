import { addressAt, addressesIn, type Inline, type Marks, type MessageDocument } from '@pons/core'
import { actionText, isCtcp } from './ctcp-text.ts'
import { parseFormatting, type Span } from './formatting.ts'

export interface IrcText {
  readonly kind: MessageDocument['kind']
  readonly text: string
}

/** Tells messages, actions and notices apart; undefined for requests between programs (CTCP). */
export function readIrcText(command: 'PRIVMSG' | 'NOTICE', text: string): IrcText | undefined {
  if (!isCtcp(text)) return { kind: command === 'NOTICE' ? 'notice' : 'text', text }
  const words = actionText(text)
  return words === undefined ? undefined : { kind: 'emote', text: words }
}

/** `findMention` names the Matrix user whose nick a word is. */
export function documentOf(message: IrcText, findMention: (word: string) => string | undefined): MessageDocument {
  const spans = parseFormatting(message.text)
  const addresses = addressesIn(spans.map(({ text }) => text).join(''))
  let at = 0
  const children = spans.flatMap((span) => {
    const start = at
    at += span.text.length
    return inlinesOf(span, (word, index) =>
      addressAt(addresses, start + index) === undefined ? findMention(word) : undefined,
    )
  })
  return { kind: message.kind, blocks: [{ type: 'paragraph', children }] }
}

/** Servers differ in the letters that they let nicks have: a nick is no part of a word of any script. */
const notOfNicks = /([^\p{L}\p{M}\p{N}_[\]\\`^{|}-]+)/u

function inlinesOf(span: Span, findMention: (word: string, index: number) => string | undefined): Inline[] {
  const marks = marksOf(span)
  const inlines: Inline[] = []
  let plain = ''
  let at = 0
  const flush = (): void => {
    if (plain !== '') inlines.push(marks ? { type: 'text', text: plain, marks } : { type: 'text', text: plain })
    plain = ''
  }
  for (const word of span.text.split(notOfNicks)) {
    const target = word === '' ? undefined : findMention(word, at)
    at += word.length
    if (target === undefined) plain += word
    else {
      flush()
      inlines.push({ type: 'mention', target, text: word })
    }
  }
  flush()
  return inlines
}

function marksOf({ style }: Span): Marks | undefined {
  // Text in the colour of its ground is how IRC hides what a reader may not want to see.
  const isHidden = style.color !== undefined && style.color === style.background
  const marks: Marks = {
    ...(style.bold && { bold: true as const }),
    ...(style.italic && { italic: true as const }),
    ...(style.underline && { underline: true as const }),
    ...(style.strike && { strike: true as const }),
    ...(style.code && { code: true as const }),
    ...(isHidden && { spoiler: true as const }),
    ...(!isHidden && style.color !== undefined && { color: style.color }),
    ...(!isHidden && style.background !== undefined && { background: style.background }),
  }
  return Object.keys(marks).length > 0 ? marks : undefined
}
