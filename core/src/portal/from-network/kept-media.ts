import type { EventId, JsonObject, RoomId } from '@pons/matrix'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'

const mediaFields = [
  'msgtype',
  'url',
  'file',
  'info',
  'filename',
  'org.matrix.msc3245.voice',
  'org.matrix.msc1767.audio',
]
const placeFields = ['msgtype', 'geo_uri', 'org.matrix.msc3488.location']

/** New words for a message that may carry a medium or a place, of which the network says nothing: it stays as it was. */
export async function withKeptMedia(
  api: MatrixApi,
  roomId: RoomId,
  target: EventId,
  words: JsonObject,
): Promise<JsonObject> {
  if (words['geo_uri'] !== undefined) return words
  const before = await api.contentOf(roomId, target)
  if (before?.['geo_uri'] !== undefined) {
    return Object.assign({}, words, ...fieldsOf(before, placeFields), words['body'] === '' && { body: before['body'] })
  }
  if (before === undefined || (before['url'] === undefined && before['file'] === undefined)) return words
  const kept = fieldsOf(before, mediaFields)
  const name = typeof before['filename'] === 'string' ? before['filename'] : before['body']
  // A medium whose `body` is its file name has no caption (spec, "Media captions").
  const body = words['body'] === '' ? name : words['body']
  return Object.assign({}, words, ...kept, { body, ...(typeof name === 'string' && { filename: name }) }) as JsonObject
}

function fieldsOf(content: JsonObject, fields: readonly string[]): JsonObject[] {
  return fields.flatMap((field): JsonObject[] => {
    const value = content[field]
    return value === undefined ? [] : [{ [field]: value }]
  })
}
