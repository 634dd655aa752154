import assert from 'node:assert/strict'
import type { RoomId } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type Engine, type TestHomeserver } from '../support.ts'
import { untilRefused } from '../until-refused.ts'

const refused = '403 M_RESOURCE_LIMIT_EXCEEDED'

describe('rooms that an account can make, and be in, are bounded', function () {
  for (const engine of engines) describe(`on ${engine}`, () => roomSuite(engine))
})

function roomSuite(engine: Engine): void {
  let test: TestHomeserver
  let bot: Client
  before(async () => {
    const limits = { max_user_rooms: 5, max_user_joined_rooms: 7, max_user_invites: 8 }
    test = await testHomeserver({ rate_limit: null, ...limits }, { registrations: [testRegistration()] }, engine)
    bot = test.as(testRegistration())
  })
  after(() => test?.[Symbol.asyncDispose]())

  it('rooms that one makes, upgrades among them, but for bridges', async () => {
    const alice = await test.register('alice')
    const roomId = await alice.createRoom()
    assert.equal(await alice.refusal('POST', alice.room(roomId, 'upgrade'), { new_version: '10' }), '200')
    const made: RoomId[] = []
    const create = async (client: Client): Promise<string> => {
      const { status, body } = await client.request('POST', 'createRoom', {})
      if (status === 200) made.push(body['room_id'] as RoomId)
      return status === 200 ? '200' : `${status} ${String(body['errcode'])}`
    }
    assert.deepEqual(await untilRefused(9, () => create(alice)), [3, refused])
    assert.equal(await alice.refusal('POST', alice.room(made[0]!, 'upgrade'), { new_version: '10' }), refused)
    for (const one of made) await alice.post(alice.room(one, 'leave'))
    assert.equal(await create(alice), refused, 'rooms that were left are still there')
    assert.deepEqual(await untilRefused(9, () => create(bot)), [10, '200'])
  })

  it('rooms that one is in or knocks at, by whatever door', async () => {
    const bob = await test.register('bob')
    const open = { preset: 'public_chat', room_version: '11' }
    const rooms = await Promise.all(Array.from({ length: 10 }, () => bot.createRoom(open)))
    const join = (index: number): Promise<string> =>
      bob.refusal('POST', `join/${encodeURIComponent(rooms[index] ?? '')}`, {})
    assert.deepEqual(await untilRefused(9, join), [7, refused])
    const ownEvent = bob.room(rooms[8]!, `state/m.room.member/${encodeURIComponent(bob.userId)}`)
    assert.equal(await bob.refusal('PUT', ownEvent, { membership: 'join' }), refused)
    assert.equal(await bob.refusal('POST', 'createRoom', {}), refused)
    const knocking = await bot.createRoom({
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
    })
    assert.equal(await bob.refusal('POST', `knock/${encodeURIComponent(knocking)}`, {}), refused)
    assert.equal(await join(0), '200', 'a room that one is in')
    await bob.put('profile/' + encodeURIComponent(bob.userId) + '/displayname', { displayname: 'Bob' })
    await bob.post(bob.room(rooms[0]!, 'leave'))
    assert.equal(await bob.refusal('POST', `knock/${encodeURIComponent(knocking)}`, {}), '200')
    assert.equal(await join(9), refused)
    await bob.post(bob.room(knocking, 'leave'))
    assert.equal(await join(9), '200')
  })

  it('invitations that wait for one, of all and of one inviter, but for those of bridges', async () => {
    const guest = await test.register('guest')
    for (let at = 0; at < 12; at++) await bot.createRoom({ invite: [guest.userId] })
    const hosts = await Promise.all(Array.from({ length: 5 }, (_, at) => test.register(`host${at}`)))
    const inviteBy = async (host: Client, door: number): Promise<string> => {
      if (door === 0) return host.refusal('POST', 'createRoom', { invite: [guest.userId] })
      const roomId = await host.createRoom()
      if (door === 1) return host.refusal('POST', host.room(roomId, 'invite'), { user_id: guest.userId })
      const member = host.room(roomId, `state/m.room.member/${encodeURIComponent(guest.userId)}`)
      return host.refusal('PUT', member, { membership: 'invite' })
    }
    for (const host of hosts.slice(0, 4)) {
      assert.deepEqual(await untilRefused(3, (index) => inviteBy(host, index)), [2, refused])
    }
    const last = hosts[4]!
    const full = await Promise.all([0, 1, 2].map((door) => inviteBy(last, door)))
    assert.deepEqual(full, [refused, refused, refused])
    const { rooms } = (await guest.get('sync')) as { rooms?: { invite?: Record<string, unknown> } }
    assert.equal(Object.keys(rooms?.invite ?? {}).length, 20)
    const { rooms: ofHost } = (await hosts[0]!.get('sync')) as { rooms?: { join?: Record<string, unknown> } }
    const [answered = ''] = Object.keys(ofHost?.join ?? {}).filter((id) => Object.hasOwn(rooms?.invite ?? {}, id))
    await guest.post(guest.room(answered, 'leave'))
    assert.equal(await inviteBy(last, 0), '200')
    await bot.createRoom({ invite: [guest.userId] })
  })
}
