import assert from 'node:assert/strict'

import fc from 'fast-check'

import { MissingEventError, resolveState, stateMapKey, supportedRoomVersions } from '../../src/index.ts'
import type { EventId, RoomVersionId, StateMap } from '../../src/index.ts'
import { resolveLiterally } from './literal-v2.ts'
import { SimulatedRoom, people } from './simulated-room.ts'
import type { Action, Branch } from './simulated-room.ts'

const [alice = '', bob = '', carol = ''] = people
const eve = people[4]!

const person = fc.constantFrom(...people)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    sender: person,
    type: fc.constant('m.room.topic'),
    content: fc.record({ topic: fc.string() }),
    ts: fc.nat(9),
  }),
  fc
    .tuple(person, person, fc.constantFrom('join', 'leave', 'ban', 'invite', 'knock'), fc.nat(9))
    .map(([sender, stateKey, membership, ts]) => ({
      sender,
      type: 'm.room.member',
      stateKey,
      content: { membership },
      ts,
    })),
  fc
    .tuple(person, fc.dictionary(person, fc.constantFrom(0, 50, 60, 100)), fc.constantFrom(0, 50), fc.nat(9))
    .map(([sender, users, state_default, ts]) => ({
      sender,
      type: 'm.room.power_levels',
      content: { users: { [bob]: 50, ...users }, state_default },
      ts,
    })),
  fc
    .tuple(person, fc.constantFrom('public', 'invite', 'knock'), fc.nat(9))
    .map(([sender, join_rule, ts]) => ({ sender, type: 'm.room.join_rules', content: { join_rule }, ts })),
)
interface Episode {
  /** The branch it forks off. */
  readonly parent: number
  readonly actions: readonly Action[]
  /** Events, by number, that the branch's state goes back to: states as a server may be told them, or as resets left them. */
  readonly resets?: readonly number[]
}
const episode = fc.record({
  parent: fc.nat(3),
  actions: fc.array(action, { maxLength: 8 }),
  resets: fc.array(fc.nat(40), { maxLength: 3 }),
})
const history = fc.array(episode, { minLength: 2, maxLength: 4 })

function play(id: RoomVersionId, episodes: readonly Episode[]) {
  const room = new SimulatedRoom(id)
  const grown: Branch[] = [room.trunk]
  for (const { parent, actions } of episodes) {
    const branch = room.fork(grown[parent % grown.length])
    for (const each of actions) room.send(branch, each)
    grown.push(branch)
  }
  const branches = grown.slice(1)
  for (const [i, { resets = [] }] of episodes.entries()) for (const number of resets) room.reset(branches[i]!, number)
  return { room, states: branches.map(({ state }) => state as StateMap) }
}

function sorted(state: StateMap): [string, string][] {
  return [...state].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((item, at) => permutations(list.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}

describe('resolveState', () => {
  for (const id of supportedRoomVersions) {
    it(`gives the same result for every order of the states (version ${id})`, () => {
      fc.assert(
        fc.property(history, (episodes) => {
          const { room, states } = play(id, episodes)
          const expected = sorted(resolveState(states, room))
          for (const order of permutations(states)) {
            const shuffled = order.map((state) => new Map([...state].reverse()))
            assert.deepEqual(sorted(resolveState(shuffled, room)), expected)
          }
        }),
        { numRuns: 25 },
      )
    })
  }

  for (const id of ['2', '6', '11', '12'] as const) {
    it(`agrees with the specification taken word by word (version ${id})`, () => {
      fc.assert(
        fc.property(history, (episodes) => {
          const { room, states } = play(id, episodes)
          const literal = resolveLiterally(states, room.version, room.lookup)
          assert.deepEqual(sorted(resolveState(states, room)), sorted(literal))
        }),
        { numRuns: 100 },
      )
    }).timeout(60_000)
  }

  it('keeps what all states agree on, and changes nothing where they agree on all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...supportedRoomVersions), history, (id, episodes) => {
        const { room, states } = play(id, episodes)
        const resolved = resolveState(states, room)
        for (const [key, eventId] of states[0]!) {
          if (states.every((state) => state.get(key) === eventId)) assert.equal(resolved.get(key), eventId)
        }
        assert.deepEqual(sorted(resolveState([resolved, resolved], room)), sorted(resolved))
      }),
    )
  })

  it('looks nothing up when there is nothing to resolve', () => {
    const { room, states } = play('11', [{ parent: 0, actions: [] }])
    const lookup = (eventId: EventId) => assert.fail(`looked up ${eventId}`)
    const options = { version: room.version, lookup }
    assert.equal(resolveState(states, options), states[0])
    assert.deepEqual(sorted(resolveState([states[0]!, new Map(states[0])], options)), sorted(states[0]!))
    assert.equal(resolveState([], options).size, 0)
  })

  it('says which event it misses', () => {
    const { room, states } = play('11', [
      { parent: 0, actions: [{ sender: alice, type: 'm.room.topic', content: { topic: 'a' } }] },
      { parent: 0, actions: [{ sender: alice, type: 'm.room.topic', content: { topic: 'b' } }] },
    ])
    const levels = states[0]!.get(stateMapKey('m.room.power_levels', ''))!
    room.events.delete(levels)
    assert.throws(
      () => resolveState(states, room),
      (error) => error instanceof MissingEventError && error.eventId === levels,
    )
  })

  it('lets no rejected event stand in for a key that the state lacks', () => {
    // In version 12 nothing unconflicted is in the state during replay, so Bob's membership comes from his own event.
    const room = new SimulatedRoom('12')
    // Cited on both sides, the membership is in no auth difference and is not replayed either.
    room.send(room.trunk, { sender: bob, type: 'm.room.name', content: { name: 'x' } })
    const [left, right] = [room.fork(), room.fork()]
    room.send(left, topic(bob, 'of bob', 9))
    room.send(right, topic(alice, 'of alice', 0))
    const resolved = () => room.content(resolveState([left.state, right.state], room), 'm.room.topic')
    assert.deepEqual(resolved(), { topic: 'of bob' })
    const join = room.trunk.state.get(stateMapKey('m.room.member', bob))!
    room.events.set(join, { ...room.events.get(join)!, isRejected: true })
    assert.deepEqual(resolved(), { topic: 'of alice' })
  })
})

/** The states of two servers that did these things at the same time, resolved. */
function race(id: RoomVersionId, left: readonly Action[], right: readonly Action[]) {
  const { room, states } = play(id, [
    { parent: 0, actions: left },
    { parent: 0, actions: right },
  ])
  const resolved = resolveState(states, room)
  return (type: string, stateKey = '') => room.content(resolved, type, stateKey)
}

const topic = (sender: string, text: string, ts = 0): Action => ({
  sender,
  type: 'm.room.topic',
  content: { topic: text },
  ts,
})
const membership = (sender: string, stateKey: string, kind: string, ts = 0): Action => ({
  sender,
  type: 'm.room.member',
  stateKey,
  content: { membership: kind },
  ts,
})
const users = (sender: string, levels: Record<string, number>): Action => ({
  sender,
  type: 'm.room.power_levels',
  content: { users: { ...levels } },
})

for (const id of ['2', '11', '12'] as const) {
  const withAlice = (levels: Record<string, number>) => (id === '12' ? levels : { [alice]: 100, ...levels })

  describe(`races in a room of version ${id}`, () => {
    it('a ban beats what the banned did meanwhile', () => {
      const state = race(id, [membership(alice, bob, 'ban')], [topic(bob, 'mine')])
      assert.deepEqual(state('m.room.member', bob), { membership: 'ban' })
      assert.equal(state('m.room.topic'), undefined)
    })

    it('a ban by the stronger beats the levels the weaker set', () => {
      const state = race(id, [membership(alice, bob, 'ban')], [users(bob, withAlice({ [bob]: 50, [carol]: 50 }))])
      assert.deepEqual(state('m.room.member', bob), { membership: 'ban' })
      assert.deepEqual(state('m.room.power_levels')?.['users'], withAlice({ [bob]: 50 }))
    })

    it('taking rights away beats using them', () => {
      const state = race(id, [users(alice, withAlice({ [bob]: 0 }))], [topic(bob, 'a', 5), topic(bob, 'b', 9)])
      assert.deepEqual(state('m.room.power_levels')?.['users'], withAlice({ [bob]: 0 }))
      assert.equal(state('m.room.topic'), undefined)
    })

    it('a closed door beats a join that did not see it', () => {
      const closing: Action = { sender: alice, type: 'm.room.join_rules', content: { join_rule: 'invite' } }
      const state = race(
        id,
        [membership(eve, eve, 'leave'), closing],
        [membership(eve, eve, 'leave', 1), membership(eve, eve, 'join', 2)],
      )
      assert.deepEqual(state('m.room.join_rules'), { join_rule: 'invite' })
      assert.notDeepEqual(state('m.room.member', eve), { membership: 'join' })
    })

    it('of two topics the later one wins', () => {
      const state = race(id, [topic(alice, 'first', 1)], [topic(bob, 'second', 2)])
      assert.deepEqual(state('m.room.topic'), { topic: 'second' })
    })

    it('a topic set under newer levels wins over a later one under older levels', () => {
      const left = [users(alice, withAlice({ [bob]: 50, [carol]: 50 })), topic(carol, 'new levels', 0)]
      const state = race(id, left, [topic(bob, 'old levels', 9999)])
      assert.deepEqual(state('m.room.topic'), { topic: 'new levels' })
    })

    it('a ban beats a ban that the banned gave meanwhile', () => {
      const state = race(id, [membership(alice, bob, 'ban', 9)], [membership(bob, carol, 'ban', 0)])
      assert.deepEqual(state('m.room.member', bob), { membership: 'ban' })
      assert.deepEqual(state('m.room.member', carol), { membership: 'join' })
    })
  })
}

describe('races in a room of version 1', () => {
  it('the deeper topic wins', () => {
    const state = race('1', [topic(alice, 'a'), topic(alice, 'b')], [topic(bob, 'c', 9999)])
    assert.deepEqual(state('m.room.topic'), { topic: 'b' })
  })

  it('a topic by somebody banned meanwhile loses only when it is not allowed after', () => {
    const state = race(
      '1',
      [membership(alice, bob, 'ban'), topic(alice, 'ours')],
      [topic(bob, 'a'), topic(bob, 'b'), topic(bob, 'c')],
    )
    assert.deepEqual(state('m.room.topic'), { topic: 'ours' })
  })

  it('of two level changes that are both allowed the deeper wins', () => {
    const [deep, shallow] = [
      { [alice]: 100, [bob]: 40 },
      { [alice]: 100, [bob]: 30 },
    ]
    const state = race('1', [topic(alice, 'x'), users(alice, deep)], [users(alice, shallow)])
    assert.deepEqual(state('m.room.power_levels')?.['users'], deep)
  })

  it('takes a key that only one state has', () => {
    const state = race('1', [topic(alice, 'only')], [])
    assert.deepEqual(state('m.room.topic'), { topic: 'only' })
  })
})

describe('the conflicted state subgraph', () => {
  const [first, second, third] = [{ [bob]: 50 }, { [bob]: 60 }, { [bob]: 60, [carol]: 60 }]

  /** One server holds the third levels, the other was set back to the first; both have a name sent under the second. */
  function resetLevels(id: RoomVersionId) {
    const room = new SimulatedRoom(id)
    const withAlice = (levels: Record<string, number>) => (id === '12' ? levels : { [alice]: 100, ...levels })
    const levelsKey = stateMapKey('m.room.power_levels', '')
    const firstId = room.trunk.state.get(levelsKey)!
    room.send(room.trunk, users(alice, withAlice(second)))
    room.send(room.trunk, { sender: bob, type: 'm.room.name', content: { name: 'x' } })
    const [ahead, behind] = [room.fork(), room.fork()]
    room.send(ahead, users(bob, withAlice(third)))
    behind.state.set(levelsKey, firstId)
    const resolved = resolveState([ahead.state, behind.state], room)
    return { levels: room.content(resolved, 'm.room.power_levels')?.['users'], withAlice }
  }

  it('undoes a reset: what lies between the conflicted levels is replayed too (version 12)', () => {
    assert.deepEqual(resetLevels('12').levels, third)
  })

  it('is not known yet: the levels that cannot be reached are lost (version 11)', () => {
    const { levels, withAlice } = resetLevels('11')
    assert.deepEqual(levels, withAlice(first))
  })
})
