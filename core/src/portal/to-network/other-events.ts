import { isJsonObject, ownValue, type JsonObject } from '@pons/matrix'
import { BridgeError } from '../../bridge-error.ts'
import type { Block, MessageDocument } from '../../document/document.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'

/** What programs say to each other; an invitation to a call is what a person notices of it. */
const betweenPrograms =
  /^(?:m\.call\.(?!invite$)|org\.matrix\.call\.|m\.key\.verification\.|com\.beeper\.message_send_status$)/

/**
 * An event of a type that networks have no form for, in words: those that its sender gave for such a case (MSC1767,
 * `body`). undefined for what nobody said to anybody. @throws BridgeError where there are no words: its sender is told
 */
export function inOtherWords({ type, state_key: stateKey, content }: ClientEvent): MessageDocument | undefined {
  if (stateKey !== undefined || betweenPrograms.test(type) || Object.keys(content).length === 0) return undefined
  if (type === 'm.room.encrypted') throw undecryptable()
  if (type === 'm.call.invite') throw unsupported('calls are not carried over to this network')
  const poll = objectIn(content, 'm.poll') ?? objectIn(content, 'org.matrix.msc3381.poll.start')
  const lines = poll === undefined ? textOf(content)?.split('\n') : linesOfPoll(poll, textOf(content))
  if (lines === undefined || lines.length === 0)
    throw unsupported(`this network has no form for ${type}, and it says nothing in words`)
  return { kind: 'text', blocks: [paragraph(lines)] }
}

/** Said of what cannot be read, so that nobody takes silence for an answer. */
export function undecryptable(): BridgeError {
  return new BridgeError(
    'it is encrypted, and the bridge cannot read that yet; only a room without encryption is bridged',
    {
      reason: 'com.beeper.undecryptable_event',
    },
  )
}

function unsupported(message: string): BridgeError {
  return new BridgeError(message, { reason: 'com.beeper.unsupported_event' })
}

function linesOfPoll(poll: JsonObject, fallback: string | undefined): string[] | undefined {
  const question = textOf(objectIn(poll, 'question') ?? {})
  const answers = ownValue(poll, 'answers')
  if (question === undefined) return fallback?.split('\n')
  const named = (Array.isArray(answers) ? answers : []).flatMap((answer) =>
    isJsonObject(answer) ? [textOf(answer)] : [],
  )
  return [question, ...named.map((answer, index) => `${index + 1}. ${answer ?? ''}`)]
}

/** The words of an event, in the spellings that clients use. */
function textOf(content: JsonObject): string | undefined {
  const forms = [ownValue(content, 'm.text'), ownValue(content, 'org.matrix.msc1767.message')]
  for (const form of forms) {
    const plain = Array.isArray(form) ? form.filter(isJsonObject).find(isPlain) : undefined
    if (plain !== undefined && typeof plain['body'] === 'string') return plain['body']
  }
  const texts = [ownValue(content, 'm.text'), ownValue(content, 'org.matrix.msc1767.text'), ownValue(content, 'body')]
  return texts.find((text) => typeof text === 'string' && text.trim() !== '') as string | undefined
}

function isPlain({ mimetype }: JsonObject): boolean {
  return mimetype === undefined || mimetype === 'text/plain'
}

function paragraph(lines: readonly string[]): Block {
  const children = lines.flatMap((text, index) => [
    ...(index === 0 ? [] : [{ type: 'break' as const }]),
    { type: 'text' as const, text },
  ])
  return { type: 'paragraph', children }
}

function objectIn(object: JsonObject, key: string): JsonObject | undefined {
  const value = ownValue(object, key)
  return isJsonObject(value) ? value : undefined
}
