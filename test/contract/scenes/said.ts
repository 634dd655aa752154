import type { LoopbackChat, LoopbackMedia } from '../../src/loopback/loopback-chat.ts'
import type { MatrixPerson, SeenEvent } from '../../src/matrix/matrix-person.ts'

export async function sayAndHear(chat: LoopbackChat, person: MatrixPerson, text: string) {
  const ref = await chat.say(text)
  return { ref, text, event: await person.hear(text, chat.roomId) }
}

export async function sayAndBeSeen(chat: LoopbackChat, person: MatrixPerson, text: string) {
  const eventId = await person.say(chat.roomId, text)
  return { eventId, seen: await chat.seeing((message) => message.text === text, text) }
}

export async function react(
  person: MatrixPerson,
  { roomId }: LoopbackChat,
  eventId: string,
  key: string,
): Promise<string> {
  const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key } }
  return await person.send(roomId, content, 'm.reaction')
}

export async function redactionOf(person: MatrixPerson, eventId: string): Promise<SeenEvent> {
  return await person.see(
    (event) => event.type === 'm.room.redaction' && (event.content['redacts'] === eventId || event.redacts === eventId),
    'the redaction',
  )
}

export function textsOn(person: MatrixPerson, chat: LoopbackChat, prefix: string): string[] {
  return person.events.flatMap(({ room_id: roomId, content, type }) => {
    const body = String(content['body'])
    const isIt = roomId === chat.roomId && type === 'm.room.message' && content['m.new_content'] === undefined
    return isIt && body.startsWith(prefix) ? [body] : []
  })
}

export function relation(event: SeenEvent): Record<string, unknown> | undefined {
  return event.content['m.relates_to'] as Record<string, unknown> | undefined
}

export function answeredEvent(event: SeenEvent): unknown {
  return (relation(event)?.['m.in_reply_to'] as { event_id?: string } | undefined)?.event_id
}

export function annotates(event: SeenEvent, eventId: string): boolean {
  return event.type === 'm.reaction' && relation(event)?.['event_id'] === eventId
}

export function newBody(content: Record<string, unknown>): unknown {
  return (content['m.new_content'] as { body?: unknown } | undefined)?.body
}

/** Waits for a text, said anew or in the place of another. */
export async function showing(person: MatrixPerson, { roomId }: LoopbackChat, text: string): Promise<void> {
  await person.see((event) => event.room_id === roomId && finalBody(event.content) === text, text)
}

export function finalTexts(person: MatrixPerson, { roomId }: LoopbackChat, text: string): string[] {
  return person.events.flatMap((event) => (event.room_id === roomId && finalBody(event.content) === text ? [text] : []))
}

function finalBody(content: Record<string, unknown>): unknown {
  return newBody(content) ?? content['body']
}

export function isMembership(
  { type, room_id: roomId, content }: SeenEvent,
  chat: LoopbackChat,
  membership: string,
): boolean {
  return type === 'm.room.member' && roomId === chat.roomId && content['membership'] === membership
}

export function isMediaOf(event: SeenEvent, { roomId }: LoopbackChat, media: LoopbackMedia): boolean {
  const info = event.content['info'] as { size?: number } | undefined
  return event.room_id === roomId && event.content['url'] !== undefined && info?.size === media.bytes.length
}
