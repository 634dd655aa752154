import { isJsonObject, localpartOf, ownValue, type JsonObject, type JsonValue, type UserId } from '@pons/matrix'

export const ruleKinds = ['override', 'content', 'room', 'sender', 'underride'] as const

export type RuleKind = (typeof ruleKinds)[number]

/** A rule as clients see it. */
export type PushRule = JsonObject & {
  rule_id: string
  default: boolean
  enabled: boolean
  actions: JsonValue[]
  conditions?: JsonObject[]
  pattern?: string
}

export type Ruleset = Record<RuleKind, PushRule[]>

/** What a user changed: own rules, most important first, and switches of the server's. */
export type OwnRules = Partial<Record<RuleKind, PushRule[]>> & {
  defaults?: Record<string, { enabled?: boolean; actions?: JsonValue[] }>
}

const sound: JsonObject = { set_tweak: 'sound', value: 'default' }
const highlight: JsonObject = { set_tweak: 'highlight' }

const eventMatch = (key: string, pattern: string): JsonObject => ({ kind: 'event_match', key, pattern })
const propertyIs = (key: string, value: JsonValue): JsonObject => ({ kind: 'event_property_is', key, value })
const mayNotifyRoom: JsonObject = { kind: 'sender_notification_permission', key: 'room' }
const isForTwo: JsonObject = { kind: 'room_member_count', is: '2' }

/** https://spec.matrix.org/v1.19/client-server-api/#predefined-rules */
function defaultRules(userId: UserId): Ruleset {
  return {
    override: [
      { ...rule('.m.rule.master', [], []), enabled: false },
      rule('.m.rule.suppress_notices', [eventMatch('content.msgtype', 'm.notice')], []),
      rule(
        '.m.rule.invite_for_me',
        [
          eventMatch('type', 'm.room.member'),
          eventMatch('content.membership', 'invite'),
          eventMatch('state_key', userId),
        ],
        ['notify', sound],
      ),
      rule('.m.rule.member_event', [eventMatch('type', 'm.room.member')], []),
      rule(
        '.m.rule.is_user_mention',
        [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: userId }],
        ['notify', sound, highlight],
      ),
      rule('.m.rule.contains_display_name', [{ kind: 'contains_display_name' }], ['notify', sound, highlight]),
      rule(
        '.m.rule.is_room_mention',
        [propertyIs('content.m\\.mentions.room', true), mayNotifyRoom],
        ['notify', highlight],
      ),
      rule('.m.rule.roomnotif', [eventMatch('content.body', '@room'), mayNotifyRoom], ['notify', highlight]),
      rule(
        '.m.rule.tombstone',
        [eventMatch('type', 'm.room.tombstone'), eventMatch('state_key', '')],
        ['notify', highlight],
      ),
      rule('.m.rule.reaction', [eventMatch('type', 'm.reaction')], []),
      rule('.m.rule.room.server_acl', [eventMatch('type', 'm.room.server_acl'), eventMatch('state_key', '')], []),
      rule('.m.rule.suppress_edits', [propertyIs('content.m\\.relates_to.rel_type', 'm.replace')], []),
    ],
    content: [
      {
        rule_id: '.m.rule.contains_user_name',
        default: true,
        enabled: true,
        pattern: localpartOf(userId),
        actions: ['notify', sound, highlight],
      },
    ],
    room: [],
    sender: [],
    underride: [
      rule('.m.rule.call', [eventMatch('type', 'm.call.invite')], ['notify', { set_tweak: 'sound', value: 'ring' }]),
      rule('.m.rule.encrypted_room_one_to_one', [isForTwo, eventMatch('type', 'm.room.encrypted')], ['notify', sound]),
      rule('.m.rule.room_one_to_one', [isForTwo, eventMatch('type', 'm.room.message')], ['notify', sound]),
      rule('.m.rule.message', [eventMatch('type', 'm.room.message')], ['notify']),
      rule('.m.rule.encrypted', [eventMatch('type', 'm.room.encrypted')], ['notify']),
    ],
  }
}

function rule(ruleId: string, conditions: JsonObject[], actions: JsonValue[]): PushRule {
  return { rule_id: ruleId, default: true, enabled: true, conditions, actions }
}

/** The user's own rules go before the server's of the same kind, after the master switch only. */
export function rulesetOf(userId: UserId, own: OwnRules): Ruleset {
  const rules = defaultRules(userId)
  const ofKind = (kind: RuleKind): PushRule[] => {
    const defaults = rules[kind].map((of) => ({ ...of, ...(own.defaults && ownValue(own.defaults, of.rule_id)) }))
    const isMaster = (of: PushRule): boolean => of.rule_id === '.m.rule.master'
    return [...defaults.filter(isMaster), ...(own[kind] ?? []), ...defaults.filter((of) => !isMaster(of))]
  }
  return Object.fromEntries(ruleKinds.map((kind) => [kind, ofKind(kind)])) as Ruleset
}

/** What account data holds, where only this server writes. */
export function parseOwnRules(stored: JsonObject | undefined): OwnRules {
  return isJsonObject(stored) ? (stored as OwnRules) : {}
}
