import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`a room that is replaced on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let carol: Client

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
      carol = await server.register('carol')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const upgrade = async (by: Client, roomId: RoomId, version = '11'): Promise<RoomId> =>
      (await by.post(by.room(roomId, 'upgrade'), { new_version: version }))['replacement_room'] as RoomId

    const state = (roomId: RoomId, type: string, key = ''): Promise<JsonObject> =>
      alice.get(alice.room(roomId, `state/${type}/${encodeURIComponent(key)}`))

    const roomOf = async (levels: JsonObject): Promise<RoomId> => {
      const roomId = await alice.createRoom({
        preset: 'public_chat',
        name: 'Lobby',
        topic: 'what we talk about',
        room_alias_name: 'lobby',
        power_level_content_override: levels,
      })
      for (const client of [bob, carol]) await client.join(roomId)
      return roomId
    }

    it('may be replaced by whom the level of a tombstone suffices, and is whole nevertheless', async () => {
      const users = { [alice.userId]: 100, [bob.userId]: 30 }
      const roomId = await roomOf({ users, events: { 'm.room.tombstone': 30, 'm.room.name': 75 } })
      await alice.post(alice.room(roomId, 'ban'), { user_id: '@banned:example.org' })
      assert.equal(await carol.refusal('POST', carol.room(roomId, 'upgrade'), { new_version: '11' }), '403 M_FORBIDDEN')
      const levels = await state(roomId, 'm.room.power_levels')
      const replacement = await upgrade(bob, roomId)
      await alice.join(replacement)
      assert.deepEqual(await state(replacement, 'm.room.name'), { name: 'Lobby' })
      assert.equal((await state(replacement, 'm.room.topic'))['topic'], 'what we talk about')
      assert.equal((await state(replacement, 'm.room.canonical_alias'))['alias'], '#lobby:example.org')
      assert.equal((await state(replacement, 'm.room.member', '@banned:example.org'))['membership'], 'ban')
      assert.deepEqual(await state(replacement, 'm.room.power_levels'), levels)
      assert.equal((await state(roomId, 'm.room.tombstone'))['replacement_room'], replacement)
    })

    it('has levels above a hundred and keeps them', async () => {
      const users = { [alice.userId]: 100, [bob.userId]: 50 }
      const roomId = await roomOf({ users, events: { 'm.room.tombstone': 50 }, kick: 150 })
      const replacement = await upgrade(bob, roomId)
      await alice.join(replacement)
      const levels = await state(replacement, 'm.room.power_levels')
      assert.deepEqual([levels['users'], levels['kick']], [users, 150])
    })

    for (const version of ['11', '12']) {
      it(`is closed to those who would go on in it (version ${version})`, async () => {
        const roomId = await roomOf({})
        await upgrade(alice, roomId, version)
        assert.equal(
          await bob.refusal('PUT', bob.room(roomId, 'send/m.room.message/1'), { body: 'x' }),
          '403 M_FORBIDDEN',
        )
        assert.equal(
          await bob.refusal('POST', bob.room(roomId, 'invite'), { user_id: '@a:example.org' }),
          '403 M_FORBIDDEN',
        )
        await alice.send(roomId, 'over there')
      })
    }

    it('hands over what its people had noted of it: tags, direct chats, a push rule', async () => {
      const roomId = await roomOf({})
      const direct = { [carol.userId]: [roomId], '@other:example.org': ['!else:example.org'] }
      for (const client of [alice, bob]) {
        const user = `user/${encodeURIComponent(client.userId)}`
        await client.put(`${user}/rooms/${encodeURIComponent(roomId)}/tags/m.favourite`, { order: 0.5 })
        await client.put(`${user}/account_data/m.direct`, direct)
        await client.put(`pushrules/global/room/${encodeURIComponent(roomId)}`, { actions: [] })
      }
      const replacement = await upgrade(alice, roomId)
      const noted = async (client: Client): Promise<unknown[]> => {
        const user = `user/${encodeURIComponent(client.userId)}`
        const rules = (await client.get('pushrules/'))['global'] as { room: { rule_id: string; actions: unknown[] }[] }
        return [
          (await client.get(`${user}/rooms/${encodeURIComponent(replacement)}/tags`))['tags'],
          (await client.get(`${user}/account_data/m.direct`))[carol.userId],
          rules.room.find(({ rule_id }) => rule_id === replacement)?.actions,
        ]
      }
      const carried = [{ 'm.favourite': { order: 0.5 } }, [roomId, replacement], []]
      assert.deepEqual(await noted(alice), carried)
      assert.deepEqual(await noted(bob), [{}, [roomId], undefined])
      await bob.join(replacement)
      assert.deepEqual(await noted(bob), carried)
      // What was taken away there stays away.
      const tag = `user/${encodeURIComponent(bob.userId)}/rooms/${encodeURIComponent(replacement)}/tags/m.favourite`
      await bob.ok('DELETE', tag)
      await bob.setState(replacement, 'm.room.member', { membership: 'join', displayname: 'Robert' }, bob.userId)
      assert.deepEqual((await noted(bob))[0], {})
    })

    it('hands nothing over to a room that only says it replaced it', async () => {
      const roomId = await roomOf({})
      const user = `user/${encodeURIComponent(bob.userId)}`
      await bob.put(`${user}/rooms/${encodeURIComponent(roomId)}/tags/m.favourite`, {})
      const impostor = await carol.createRoom({
        preset: 'public_chat',
        creation_content: { predecessor: { room_id: roomId, event_id: '$none' } },
      })
      await bob.join(impostor)
      assert.deepEqual((await bob.get(`${user}/rooms/${encodeURIComponent(impostor)}/tags`))['tags'], {})
    })

    it('is a space, and keeps what is in it', async () => {
      const space = await alice.createRoom({ creation_content: { type: 'm.space' } })
      const child = await alice.createRoom()
      await alice.setState(space, 'm.space.child', { via: ['example.org'] }, child)
      const replacement = await upgrade(alice, space, '12')
      assert.deepEqual(await state(replacement, 'm.space.child', child), { via: ['example.org'] })
    })
  })
}
