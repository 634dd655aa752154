import { creator, describeRules } from './room.ts'
import type { RuleCase } from './room.ts'
import type { EventId, EventToAuthorize, JsonObject, RoomId } from '../../../src/index.ts'

/** A create event as it was up to version 11, or since 12. */
function create(content: JsonObject, more: Partial<EventToAuthorize> = {}): RuleCase['event'] {
  return {
    type: 'm.room.create',
    state_key: '',
    sender: creator as EventToAuthorize['sender'],
    prev_events: [],
    content,
    ...more,
  }
}

const inRoom = { room_id: '!room:one' as RoomId }
const previous = ['$previous' as EventId]
// `eventIn` fills in a room id, so a create event of version 12 has to take it away.
const noRoom = { room_id: undefined } as unknown as Partial<EventToAuthorize>

describeRules('m.room.create', [
  { name: 'is allowed', versions: ['1', '10'], event: create({ creator }, inRoom) },
  { name: 'needs no creator', versions: ['11', '11'], event: create({}, inRoom) },
  { name: 'is allowed', versions: ['12', '12'], event: create({ room_version: '12' }, noRoom) },
  { name: 'names no creator', versions: ['1', '10'], event: create({}, inRoom), refused: /no creator/ },
  {
    name: 'has previous events',
    versions: ['1', '11'],
    event: create({ creator }, { ...inRoom, prev_events: previous }),
    refused: /previous events/,
  },
  {
    name: 'has previous events',
    versions: ['12', '12'],
    event: create({}, { ...noRoom, prev_events: previous }),
    refused: /previous events/,
  },
  {
    name: "has a room id of another server than the sender's",
    versions: ['1', '11'],
    event: create({ creator }, { room_id: '!room:two' as RoomId }),
    refused: /room id/,
  },
  { name: 'has a room id', versions: ['12', '12'], event: create({}, inRoom), refused: /has a room_id/ },
  {
    name: 'is of an unknown version',
    versions: ['1', '11'],
    event: create({ creator, room_version: '99' }, inRoom),
    refused: /not supported/,
  },
  {
    name: 'is of an unknown version',
    versions: ['12', '12'],
    event: create({ room_version: 12 }, noRoom),
    refused: /not supported/,
  },
  {
    name: 'adds creators',
    versions: ['12', '12'],
    event: create({ additional_creators: ['@a:b', '@c:d'] }, noRoom),
  },
  ...[['a', 7], ['@a:b', 'x'], '@a:b', {}, null].map((additional): RuleCase => ({
    name: `adds ${JSON.stringify(additional)} as creators`,
    versions: ['12', '12'],
    event: create({ additional_creators: additional as JsonObject }, noRoom),
    refused: /additional_creators/,
  })),
  {
    name: 'may have additional_creators of any form before they mean something',
    versions: ['1', '11'],
    event: create({ creator, additional_creators: 7 }, inRoom),
  },
])
