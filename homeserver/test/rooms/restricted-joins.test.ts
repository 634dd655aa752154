import assert from 'node:assert/strict'
import type { JsonObject, JsonValue } from '@pons/matrix'
import { testHomeserver, type Client, type TestHomeserver } from '../support.ts'

describe('who comes into a restricted room', () => {
  let server: TestHomeserver
  let alice: Client
  let bob: Client
  let carol: Client
  let space: string

  before(async () => {
    server = await testHomeserver({ rate_limit: null })
    alice = await server.register('alice')
    bob = await server.register('bob')
    carol = await server.register('carol')
    space = await carol.createRoom({ preset: 'public_chat' })
    await bob.join(space)
  })
  after(() => server[Symbol.asyncDispose]())

  const restricted = (allow: JsonValue, options: JsonObject = {}, kind = 'restricted'): Promise<string> =>
    alice.createRoom({
      room_version: '11',
      ...options,
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: kind, allow } }],
    })
  const inSpace = (): JsonObject[] => [{ type: 'm.room_membership', room_id: space }]
  const authoriser = async (roomId: string): Promise<unknown> =>
    (await bob.get(bob.room(roomId, `state/m.room.member/${encodeURIComponent(bob.userId)}`)))[
      'join_authorised_via_users_server'
    ]
  const join = (who: Client, roomId: string): Promise<string> =>
    who.refusal('POST', `join/${encodeURIComponent(roomId)}`)

  it('is who is in one of the rooms that it names', async () => {
    const roomId = await restricted([{ type: 'm.room_membership', room_id: '!nowhere:example.org' }, ...inSpace()])
    const dave = await server.register('dave')
    assert.equal(await join(dave, roomId), '403 M_FORBIDDEN')
    assert.equal(await join(bob, roomId), '200')
    assert.equal(await authoriser(roomId), alice.userId)
  })

  it('is nobody where the rule names nothing that is a room', async () => {
    for (const allow of [
      undefined,
      {},
      [],
      ['text', null, 7],
      [{ room_id: space }],
      [{ type: 'm.other', room_id: space }],
      [{ type: 'm.room_membership' }],
      [{ type: 'm.room_membership', room_id: 7 }],
    ])
      assert.equal(await join(bob, await restricted(allow as JsonValue)), '403 M_FORBIDDEN', JSON.stringify(allow))
  })

  it('is nobody by a rule that is of another kind, or that the version does not know', async () => {
    for (const [kind, version] of [
      ['invite', '11'],
      ['private', '11'],
      ['knock_restricted', '9'],
    ] as const)
      assert.equal(
        await join(bob, await restricted(inSpace(), { room_version: version }, kind)),
        '403 M_FORBIDDEN',
        kind,
      )
    assert.equal(await join(bob, await restricted(inSpace(), { room_version: '10' }, 'knock_restricted')), '200')
  })

  it('comes on the word of a member who may invite, and of nobody else', async () => {
    const levels = (users: JsonObject, invite: number): JsonObject => ({
      power_level_content_override: { users, invite },
    })
    const ofOther = await restricted(inSpace(), levels({ [alice.userId]: 100, [carol.userId]: 50 }, 50))
    await alice.post(alice.room(ofOther, 'invite'), { user_id: carol.userId })
    await carol.join(ofOther)
    await alice.post(alice.room(ofOther, 'leave'))
    assert.equal(await join(bob, ofOther), '200')
    assert.equal(await authoriser(ofOther), carol.userId, 'whom the levels name, where the creator is gone')

    const ofAny = await restricted(inSpace(), levels({ [alice.userId]: 100 }, 0))
    await alice.post(alice.room(ofAny, 'invite'), { user_id: carol.userId })
    await carol.join(ofAny)
    await alice.post(alice.room(ofAny, 'leave'))
    assert.equal(await join(bob, ofAny), '200')
    assert.equal(await authoriser(ofAny), carol.userId, 'any member, where all may invite')

    const ofNobody = await restricted(inSpace(), levels({ [alice.userId]: 100 }, 50))
    await alice.post(alice.room(ofNobody, 'invite'), { user_id: carol.userId })
    await carol.join(ofNobody)
    await alice.post(alice.room(ofNobody, 'leave'))
    assert.equal(await join(bob, ofNobody), '403 M_FORBIDDEN')
  })
})
