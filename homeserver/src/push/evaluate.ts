import { isJsonObject, ownValue, powerLevelOf, type JsonObject, type JsonValue, type UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import { STEPS_PER_EVENT, type Steps } from './find-piece.ts'
import { matchesPart, matchesWhole, matchesWords } from './glob.ts'
import type { PushRule, RuleKind, Ruleset } from './ruleset.ts'

export interface PushContext {
  readonly room: Room
  readonly event: RoomEvent
  /** The event as conditions see it. */
  readonly json: JsonObject
  readonly userId: UserId
  readonly displayName: string | undefined
}

const order: readonly RuleKind[] = ['override', 'content', 'room', 'sender', 'underride']

/** With the work that the rules may still do: those beyond it do not match. */
type Matching = PushContext & { readonly steps: Steps }

/** They look for names in the text, which events that say whom they mention make needless. */
const outdated = new Set(['.m.rule.contains_display_name', '.m.rule.roomnotif', '.m.rule.contains_user_name'])

/** Texts are searched no further than this, so that the work for an event is bounded. */
const MAX_TEXT = 16_384
const MAX_PATTERN = 512

export function pushJson({ type, sender, roomId, eventId, stateKey, content }: RoomEvent): JsonObject {
  return {
    type,
    sender,
    room_id: roomId,
    event_id: eventId,
    content,
    ...(stateKey !== undefined && { state_key: stateKey }),
  }
}

/** The actions of the first rule that matches. https://spec.matrix.org/v1.19/client-server-api/#push-rules */
export function actionsFor(
  rules: Ruleset,
  pushContext: PushContext,
  steps: Steps = { left: STEPS_PER_EVENT },
): readonly JsonValue[] {
  const context = { ...pushContext, steps }
  const hasMentions = ownValue(context.event.content, 'm.mentions') !== undefined
  for (const kind of order) {
    for (const rule of rules[kind]) {
      if (!rule.enabled || (hasMentions && outdated.has(rule.rule_id))) continue
      if (doesMatch(kind, rule, context)) return rule.actions
    }
  }
  return []
}

export function isNotified(actions: readonly JsonValue[]): boolean {
  return actions.includes('notify')
}

export function isHighlighted(actions: readonly JsonValue[]): boolean {
  return actions.some(
    (action) => isJsonObject(action) && action['set_tweak'] === 'highlight' && action['value'] !== false,
  )
}

function doesMatch(kind: RuleKind, rule: PushRule, context: Matching): boolean {
  switch (kind) {
    case 'room':
      return rule.rule_id === context.event.roomId
    case 'sender':
      return rule.rule_id === context.event.sender
    case 'content':
      return rule.pattern !== undefined && matchesProperty('content.body', rule.pattern, context)
    case 'override':
    case 'underride':
      return (rule.conditions ?? []).every((condition) => holds(condition, context))
  }
}

function holds(condition: JsonObject, context: Matching): boolean {
  const { kind, key, pattern, value } = condition
  switch (kind) {
    case 'event_match':
      return typeof key === 'string' && typeof pattern === 'string' && matchesProperty(key, pattern, context)
    case 'event_property_is':
      return typeof key === 'string' && value !== undefined && isScalar(value) && valueAt(context.json, key) === value
    case 'event_property_contains': {
      const list = typeof key === 'string' ? valueAt(context.json, key) : undefined
      return Array.isArray(list) && value !== undefined && isScalar(value) && list.includes(value)
    }
    case 'contains_display_name':
      return namesUser(context)
    case 'room_member_count':
      return compares(context.room.state.count('join'), condition['is'])
    case 'sender_notification_permission':
      return typeof key === 'string' && mayNotify(key, context)
    default:
      return false
  }
}

function matchesProperty(key: string, pattern: string, { json, steps }: Matching): boolean {
  const value = valueAt(json, key)
  if (typeof value !== 'string' || pattern.length > MAX_PATTERN) return false
  const text = value.slice(0, MAX_TEXT)
  return key === 'content.body' ? matchesWords(pattern, text, steps) : matchesWhole(pattern, text, steps)
}

function namesUser({ displayName, json, steps }: Matching): boolean {
  const body = valueAt(json, 'content.body')
  if (typeof body !== 'string' || displayName === undefined || displayName === '') return false
  if (displayName.length > MAX_PATTERN) return false
  const isPattern = /[*?]/.test(displayName)
  const text = body.slice(0, MAX_TEXT)
  // A name is no pattern: one with such letters is looked for as it is.
  return isPattern ? matchesPart(displayName, text, steps) : matchesWords(displayName, text, steps)
}

function compares(count: number, is: JsonValue | undefined): boolean {
  const [, operator = '==', digits] = (typeof is === 'string' && /^(==|<=|>=|<|>)?(\d+)$/.exec(is)) || []
  if (digits === undefined) return false
  const bound = Number(digits)
  switch (operator) {
    case '<':
      return count < bound
    case '>':
      return count > bound
    case '<=':
      return count <= bound
    case '>=':
      return count >= bound
    default:
      return count === bound
  }
}

function mayNotify(key: string, { room, event }: PushContext): boolean {
  const levels = room.state.get('m.room.power_levels', '')?.content['notifications']
  const needed = isJsonObject(levels) ? ownValue(levels, key) : undefined
  return powerLevelOf(room.state, event.sender) >= (typeof needed === 'number' ? needed : 50)
}

function isScalar(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null
}

/** Follows `content.m\.relates_to.rel_type`; a backslash keeps a dot, or a backslash, within a name. */
function valueAt(json: JsonObject, path: string): JsonValue | undefined {
  if (path.length > MAX_PATTERN) return undefined
  let value: JsonValue | undefined = json
  for (const part of path.match(/(?:\\[.\\]|[^.])+/g) ?? []) {
    if (!isJsonObject(value)) return undefined
    value = ownValue(value, part.replace(/\\([.\\])/g, '$1'))
  }
  return value
}
