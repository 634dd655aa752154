import { isEventId, isJsonObject, ownValue, type EventId, type JsonObject } from '@pons/matrix'

export interface Relation {
  readonly relType: string
  readonly eventId: EventId
  /** Of an annotation. */
  readonly key: string | undefined
}

/** What the content says under `m.relates_to`, when it is a relation with a type. */
export function relationOf(content: JsonObject): Relation | undefined {
  const relates = ownValue(content, 'm.relates_to')
  if (!isJsonObject(relates)) return undefined
  const relType = ownValue(relates, 'rel_type')
  const eventId = ownValue(relates, 'event_id')
  const key = ownValue(relates, 'key')
  if (typeof relType !== 'string' || relType.length > 255 || !isEventId(eventId)) return undefined
  return { relType, eventId, key: typeof key === 'string' ? key : undefined }
}
