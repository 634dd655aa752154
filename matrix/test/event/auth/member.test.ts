import { describeRules, creator, member } from './room.ts'
import type { RuleCase } from './room.ts'
import type { EventId, JsonObject, RoomVersionId } from '../../../src/index.ts'

const joinRule = (join_rule: string): RuleCase['state'] => ({ 'm.room.join_rules': { join_rule } })
const afterCreate = { prev_events: ['$create' as EventId] }
const outsiders = ['@left:one', '@stranger:one']
const byMod = { join_authorised_via_users_server: '@mod:one' }

describeRules('m.room.member', [
  {
    name: 'needs a state key',
    event: { type: 'm.room.member', content: { membership: 'join' } },
    refused: /no state_key/,
  },
  { name: 'needs a membership', event: { type: 'm.room.member', state_key: '@user:one' }, refused: /no membership/ },
  { name: 'must be of a known kind', event: member('dance', ['@user:one', '@user:one']), refused: /not known/ },
  {
    name: 'is not looked up on a prototype',
    event: member('toString', ['@user:one', '@user:one']),
    refused: /not known/,
  },
  {
    name: 'may name only a user as authoriser',
    versions: ['8', '12'],
    event: member('leave', ['@user:one', '@user:one'], { join_authorised_via_users_server: 7 }),
    refused: /join_authorised/,
  },
])

describeRules('join', [
  {
    name: 'is allowed to the creator right after the create event',
    state: { [`m.room.member ${creator}`]: null, 'm.room.join_rules': null },
    event: { ...member('join', [creator, creator]), ...afterCreate },
  },
  {
    name: 'is refused to others right after the create event',
    state: { 'm.room.join_rules': null },
    event: { ...member('join', ['@stranger:one', '@stranger:one']), ...afterCreate },
    refused: /join rule/,
  },
  {
    name: 'is refused to the creator later on, without an invitation',
    state: { [`m.room.member ${creator}`]: { membership: 'leave' } },
    event: member('join', [creator, creator]),
    refused: /join rule/,
  },
  {
    name: 'is refused to the creator when the create event is one of two parents',
    state: { [`m.room.member ${creator}`]: null },
    event: { ...member('join', [creator, creator]), prev_events: ['$create', '$x'] as EventId[] },
    refused: /join rule/,
  },
  {
    name: 'looks at content.creator, not at the sender of the create event',
    versions: ['1', '10'],
    state: { 'm.room.create': { creator: '@other:one' } },
    event: { ...member('join', ['@other:one', '@other:one']), ...afterCreate },
  },
  {
    name: 'looks at the sender of the create event, not at content.creator',
    versions: ['11', '12'],
    state: { 'm.room.create': { creator: '@other:one' } },
    event: { ...member('join', ['@other:one', '@other:one']), ...afterCreate },
    refused: /join rule/,
  },
  {
    name: 'cannot be made for somebody else',
    state: joinRule('public')!,
    event: member('join', ['@mod:one', '@left:one']),
    refused: /not the one who joins/,
  },
  {
    name: 'is refused to the banned, even in a public room',
    state: joinRule('public')!,
    event: member('join', ['@banned:one', '@banned:one']),
    refused: /banned/,
  },
  ...[...outsiders, '@invited:one', '@user:one'].map((user): RuleCase => ({
    name: `is allowed to ${user} in a public room`,
    state: joinRule('public')!,
    event: member('join', [user, user]),
  })),
  ...['invite', 'knock'].flatMap((rule) => [
    ...['@invited:one', '@user:one'].map((user): RuleCase => ({
      name: `is allowed to ${user} with join rule ${rule}`,
      versions: rule === 'knock' ? ['7', '12'] : ['1', '12'],
      state: joinRule(rule)!,
      event: member('join', [user, user]),
    })),
    ...[...outsiders, '@knocker:one'].map((user): RuleCase => ({
      name: `is refused to ${user} with join rule ${rule}`,
      state: joinRule(rule)!,
      event: member('join', [user, user]),
      refused: /join rule/,
    })),
  ]),
  {
    name: 'is refused to the invited with a rule the version does not know: knock',
    versions: ['1', '6'],
    state: joinRule('knock')!,
    event: member('join', ['@invited:one', '@invited:one']),
    refused: /join rule/,
  },
  {
    name: 'is refused to the invited with a rule nobody knows',
    state: joinRule('private')!,
    event: member('join', ['@invited:one', '@invited:one']),
    refused: /join rule/,
  },
  {
    name: 'follows the rule invite when there is none',
    state: { 'm.room.join_rules': null },
    event: member('join', ['@invited:one', '@invited:one']),
  },
  ...restrictedCases('restricted', '8'),
  ...restrictedCases('knock_restricted', '10'),
])

function restrictedCases(rule: string, since: RoomVersionId): RuleCase[] {
  const state = joinRule(rule)!
  const versions = [since, '12'] as const
  const before = String(Number(since) - 1) as RoomVersionId
  const join = (content: JsonObject) => member('join', ['@left:one', '@left:one'], content)
  return [
    {
      name: `${rule}: is allowed to the invited`,
      versions,
      state,
      event: member('join', ['@invited:one', '@invited:one']),
    },
    {
      name: `${rule}: is allowed to members again`,
      versions,
      state,
      event: member('join', ['@user:one', '@user:one']),
    },
    { name: `${rule}: is allowed when a member who may invite authorises it`, versions, state, event: join(byMod) },
    {
      name: `${rule}: is refused when nobody authorises it`,
      versions,
      state,
      event: join({}),
      refused: /nobody authorises/,
    },
    {
      name: `${rule}: is refused when the authoriser may not invite`,
      versions,
      state,
      event: join({ join_authorised_via_users_server: '@user:one' }),
      refused: /may not invite/,
    },
    {
      name: `${rule}: is refused when the authoriser is not in the room`,
      versions,
      state: { ...state, 'm.room.member @mod:one': { membership: 'leave' } },
      event: join(byMod),
      refused: /not in the room/,
    },
    {
      name: `${rule}: is refused to the banned`,
      versions,
      state,
      event: member('join', ['@banned:one', '@banned:one'], byMod),
      refused: /banned/,
    },
    {
      name: `${rule}: is not known yet`,
      versions: ['1', before],
      state,
      event: join(byMod),
      refused: /join rule/,
    },
  ]
}

describeRules('invite', [
  ...[...outsiders, '@invited:one', '@knocker:one'].map((user): RuleCase => ({
    name: `is allowed for ${user}`,
    event: member('invite', ['@mod:one', user]),
  })),
  { name: 'takes the invite level', event: member('invite', ['@user:one', '@left:one']), refused: /takes level 10/ },
  {
    name: 'takes level 0 by default',
    state: { 'm.room.power_levels': {} },
    event: member('invite', ['@user:one', '@left:one']),
  },
  {
    name: 'is refused to senders outside the room',
    event: member('invite', ['@invited:one', '@left:one']),
    refused: /not in the room/,
  },
  { name: 'is refused for members', event: member('invite', ['@mod:one', '@user:one']), refused: /already/ },
  { name: 'is refused for the banned', event: member('invite', ['@mod:one', '@banned:one']), refused: /banned/ },
])

describeRules('leave', [
  ...['@user:one', '@invited:one'].map((user): RuleCase => ({
    name: `is allowed to ${user}`,
    event: member('leave', [user, user]),
  })),
  {
    name: 'takes a knock back',
    versions: ['7', '12'],
    event: member('leave', ['@knocker:one', '@knocker:one']),
  },
  {
    name: 'takes no knock back before there are knocks',
    versions: ['1', '6'],
    event: member('leave', ['@knocker:one', '@knocker:one']),
    refused: /not in the room/,
  },
  ...['@left:one', '@banned:one', '@stranger:one'].map((user): RuleCase => ({
    name: `is refused to ${user}`,
    event: member('leave', [user, user]),
    refused: /not in the room/,
  })),
  { name: 'kicks at the kick level', event: member('leave', ['@mod:one', '@user:one']) },
  { name: 'takes an invitation back', event: member('leave', ['@mod:one', '@invited:one']) },
  {
    name: 'is refused below the kick level',
    event: member('leave', ['@user:one', '@remote:two']),
    refused: /kick.*level/,
  },
  {
    name: 'is refused to senders outside the room',
    event: member('leave', ['@left:one', '@user:one']),
    refused: /not in the room/,
  },
  {
    name: 'kicks nobody of the same level',
    event: member('leave', ['@mod:one', '@mod:one2']),
    state: {
      'm.room.power_levels': { users: { '@mod:one': 50, '@mod:one2': 50 } },
    },
    refused: /same or a higher/,
  },
  { name: 'kicks nobody of a higher level', event: member('leave', ['@mod:one', '@admin:one']), refused: /higher/ },
  { name: 'lifts a ban', event: member('leave', ['@mod:one', '@banned:one']) },
  {
    name: 'lifts no ban below the ban level, even at the kick level',
    state: { 'm.room.power_levels': { users: { '@mod:one': 50 }, ban: 60, kick: 50 } },
    event: member('leave', ['@mod:one', '@banned:one']),
    refused: /ban.*takes level 60/,
  },
  {
    name: 'lifts no ban below the kick level, even at the ban level',
    state: { 'm.room.power_levels': { users: { '@mod:one': 50 }, ban: 50, kick: 60 } },
    event: member('leave', ['@mod:one', '@banned:one']),
    refused: /kick.*takes level 60/,
  },
])

describeRules('ban', [
  ...['@user:one', '@invited:one', '@stranger:one', '@banned:one'].map((user): RuleCase => ({
    name: `is allowed for ${user}`,
    event: member('ban', ['@mod:one', user]),
  })),
  { name: 'takes the ban level', event: member('ban', ['@user:one', '@left:one']), refused: /takes level 50/ },
  { name: 'is refused for the same level', event: member('ban', ['@admin:one', '@admin:one']), refused: /same/ },
  {
    name: 'is refused to senders outside the room',
    event: member('ban', ['@left:one', '@user:one']),
    refused: /not in the room/,
  },
])

describeRules('knock', [
  ...outsiders.map((user): RuleCase => ({
    name: `is allowed to ${user}`,
    versions: ['7', '12'],
    state: joinRule('knock')!,
    event: member('knock', [user, user]),
  })),
  {
    name: 'is not known yet',
    versions: ['1', '6'],
    state: joinRule('knock')!,
    event: member('knock', ['@left:one', '@left:one']),
    refused: /not known/,
  },
  {
    name: 'is allowed with knock_restricted',
    versions: ['10', '12'],
    state: joinRule('knock_restricted')!,
    event: member('knock', ['@left:one', '@left:one']),
  },
  {
    name: 'is refused with knock_restricted before it is known',
    versions: ['7', '9'],
    state: joinRule('knock_restricted')!,
    event: member('knock', ['@left:one', '@left:one']),
    refused: /join rule/,
  },
  ...['invite', 'public', 'restricted'].map((rule): RuleCase => ({
    name: `is refused with join rule ${rule}`,
    versions: ['7', '12'],
    state: joinRule(rule)!,
    event: member('knock', ['@left:one', '@left:one']),
    refused: /join rule/,
  })),
  {
    name: 'cannot be made for somebody else',
    versions: ['7', '12'],
    state: joinRule('knock')!,
    event: member('knock', ['@mod:one', '@left:one']),
    refused: /not the one who knocks/,
  },
  ...['@user:one', '@invited:one', '@banned:one'].map((user): RuleCase => ({
    name: `is refused to ${user}`,
    versions: ['7', '12'],
    state: joinRule('knock')!,
    event: member('knock', [user, user]),
    refused: /already/,
  })),
])

describeRules('the creators of a room', [
  {
    name: 'stand above every level',
    versions: ['12', '12'],
    state: { 'm.room.power_levels': { users: { '@admin:one': 2 ** 53 - 1 }, ban: 2 ** 53 - 1 } },
    event: member('ban', [creator, '@admin:one']),
  },
  {
    name: 'cannot be banned by the highest level',
    versions: ['12', '12'],
    state: { 'm.room.power_levels': { users: { '@admin:one': 2 ** 53 - 1 } } },
    event: member('ban', ['@admin:one', creator]),
    refused: /same or a higher/,
  },
  {
    name: 'include the additional ones',
    versions: ['12', '12'],
    state: { 'm.room.create': { additional_creators: ['@user:one'] } },
    event: member('ban', ['@user:one', '@admin:one']),
  },
  {
    name: 'cannot ban one another',
    versions: ['12', '12'],
    state: { 'm.room.create': { additional_creators: ['@user:one'] } },
    event: member('ban', ['@user:one', creator]),
    refused: /same or a higher/,
  },
  {
    name: 'have no privilege before version 12',
    versions: ['1', '11'],
    state: { 'm.room.power_levels': { users: { '@admin:one': 100 } } },
    event: member('ban', ['@admin:one', creator]),
  },
  {
    name: 'do not include the additional ones before version 12',
    versions: ['1', '11'],
    state: { 'm.room.create': { creator, additional_creators: ['@user:one'] } },
    event: member('ban', ['@user:one', '@left:one']),
    refused: /takes level 50/,
  },
])
