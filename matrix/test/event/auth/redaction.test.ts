import assert from 'node:assert/strict'

import { checkRedaction, redactedEventId, roomVersion } from '../../../src/index.ts'
import type { AuthEvent, EventId, RoomId } from '../../../src/index.ts'
import { describeRules, roomIdOf, roomState } from './room.ts'
import type { RuleCase } from './room.ts'

const redaction = (sender: string, target: string, event_id?: string): RuleCase['event'] => ({
  type: 'm.room.redaction',
  sender: sender as AuthEvent['sender'],
  redacts: target as EventId,
  ...(event_id !== undefined && { event_id: event_id as EventId }),
})

describeRules('m.room.redaction', [
  { name: 'is allowed at the redact level', event: redaction('@mod:one', '$x:two', '$r:one') },
  {
    name: "is allowed for events of the redaction's own server",
    versions: ['1', '2'],
    event: redaction('@user:one', '$x:one', '$r:one'),
  },
  {
    name: "is allowed for events of the sender's server while it has no id yet",
    versions: ['1', '2'],
    event: redaction('@user:one', '$x:one'),
  },
  {
    name: "is refused for other servers' events",
    versions: ['1', '2'],
    event: redaction('@user:one', '$x:two', '$r:one'),
    refused: /redact level/,
  },
  {
    name: 'is refused when it names no event',
    versions: ['1', '2'],
    event: { type: 'm.room.redaction', event_id: '$r:one' as EventId },
    refused: /redact level/,
  },
  { name: 'is authorised when it is applied', versions: ['3', '12'], event: redaction('@user:one', '$x') },
])

describe('checkRedaction', () => {
  const version = roomVersion('11')
  const state = roomState(version)
  const event = (sender: string, more: Partial<AuthEvent> = {}): AuthEvent => ({
    type: 'm.room.message',
    sender: sender as AuthEvent['sender'],
    content: {},
    room_id: roomIdOf(version),
    ...more,
  })
  const cases: { name: string; by: AuthEvent; target: AuthEvent; refused?: RegExp }[] = [
    { name: 'lets the redact level redact others', by: event('@mod:one'), target: event('@remote:two') },
    { name: 'lets a server redact what its users sent', by: event('@user:one'), target: event('@mod:one') },
    {
      name: "refuses others' events below the level",
      by: event('@remote:two'),
      target: event('@user:one'),
      refused: /redact level/,
    },
    {
      name: 'refuses events of another room',
      by: event('@mod:one'),
      target: event('@user:one', { room_id: '!other:one' as RoomId }),
      refused: /another room/,
    },
    {
      name: 'refuses the create event',
      by: event('@admin:one'),
      target: event('@creator:one', { type: 'm.room.create' }),
      refused: /create event/,
    },
  ]
  for (const { name, by, target, refused } of cases) {
    it(name, () => {
      if (refused === undefined) checkRedaction(by, target, state)
      else assert.throws(() => checkRedaction(by, target, state), refused)
    })
  }

  it('finds the target where the version keeps it', () => {
    const both = { redacts: '$top' as EventId, content: { redacts: '$content' } }
    assert.equal(redactedEventId(both, roomVersion('10')), '$top')
    assert.equal(redactedEventId(both, roomVersion('11')), '$content')
    assert.equal(redactedEventId({ content: { redacts: 'x' } }, roomVersion('11')), undefined)
  })
})
