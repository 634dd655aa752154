import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import { testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

describe('what a redaction may take', () => {
  let server: TestHomeserver
  let alice: Client
  let bob: Client
  let carol: Client
  let roomId: string

  before(async () => {
    server = await testHomeserver({ rate_limit: null })
    alice = await server.register('alice')
    bob = await server.register('bob')
    carol = await server.register('carol')
  })
  after(() => server[Symbol.asyncDispose]())
  beforeEach(async () => {
    roomId = await alice.createRoom({ preset: 'public_chat' })
    await bob.join(roomId)
    await carol.join(roomId)
  })

  let txns = 0
  const path = (who: Client, eventId: string, room = roomId): string =>
    who.room(room, `redact/${encodeURIComponent(eventId)}/${++txns}`)
  const general = (who: Client): string => who.room(roomId, `send/m.room.redaction/${++txns}`)
  const contentOf = async (eventId: string, room = roomId): Promise<unknown> =>
    (await alice.get(alice.room(room, `event/${encodeURIComponent(eventId)}`)))['content']
  const said = (body: string): JsonObject => ({ msgtype: 'm.text', body })
  const stateId = async (type: string): Promise<string> => {
    const state = (await alice.request('GET', alice.room(roomId, 'state'))).body as unknown as JsonObject[]
    return state.find((event) => event['type'] === type)?.['event_id'] as string
  }

  it('is one’s own, and what others said with the redact level alone', async () => {
    const own = await bob.send(roomId, 'bob’s')
    const other = await carol.send(roomId, 'carol’s')
    assert.equal(await bob.refusal('PUT', path(bob, other), {}), '403 M_FORBIDDEN')
    assert.deepEqual(await contentOf(other), said('carol’s'))
    await bob.put(path(bob, own))
    assert.deepEqual(await contentOf(own), {})
    await alice.setState(roomId, 'm.room.power_levels', {
      ...(await alice.get(alice.room(roomId, 'state/m.room.power_levels'))),
      users: { [alice.userId]: 100, [bob.userId]: 30 },
      redact: 30,
    })
    await bob.put(path(bob, other))
    assert.deepEqual(await contentOf(other), {})
  })

  it('is nothing of another room, and not how a room began', async () => {
    const elsewhere = await alice.createRoom({ preset: 'public_chat' })
    await bob.join(elsewhere)
    const there = await bob.send(elsewhere, 'there')
    assert.equal(await bob.refusal('PUT', path(bob, there), {}), '404 M_NOT_FOUND')
    assert.equal(await bob.refusal('PUT', general(bob), { redacts: there }), '404 M_NOT_FOUND')
    assert.deepEqual(await contentOf(there, elsewhere), said('there'))
    assert.equal(await alice.refusal('PUT', path(alice, await stateId('m.room.create')), {}), '403 M_FORBIDDEN')
  })

  it('is nothing of others without the level, where the event itself is allowed', async () => {
    const registration = testRegistration()
    await server.homeserver.appservices.register(registration)
    const bot = server.as(registration)
    await bot.join(roomId)
    const [theirs, own] = [await carol.send(roomId, 'carol’s'), await bot.send(roomId, 'the bot’s')]
    const { timeline } = server.homeserver.services
    for (const redacts of [theirs, own]) {
      const draft = { type: 'm.room.redaction', sender: bot.userId, content: { redacts } }
      await timeline.append(roomId as RoomId, draft)
    }
    assert.deepEqual(await contentOf(theirs), said('carol’s'), 'the event is there, and takes nothing')
    assert.deepEqual(await contentOf(own), {})
  })

  it('is nothing of others by the general endpoint without the level', async () => {
    const other = await carol.send(roomId, 'carol’s')
    assert.equal(await bob.refusal('PUT', general(bob), { redacts: other }), '403 M_FORBIDDEN')
    assert.deepEqual(await contentOf(other), said('carol’s'))
    await carol.put(general(carol), { redacts: other })
    assert.deepEqual(await contentOf(other), {})
  })

  it('is told by the first one that took it', async () => {
    const own = await bob.send(roomId, 'bob’s')
    await bob.put(path(bob, own), { reason: 'first' })
    await alice.put(path(alice, own), { reason: 'second' })
    const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(own)}`))
    const because = (event['unsigned'] as JsonObject)['redacted_because'] as JsonObject
    assert.equal((because['content'] as JsonObject)['reason'], 'first')
  })

  it('goes out of the state in force, and of nothing that has taken its place', async () => {
    const older = await alice.setState(roomId, 'm.room.topic', { topic: 'older' })
    const newer = await alice.setState(roomId, 'm.room.topic', { topic: 'newer' })
    await alice.put(path(alice, older))
    assert.deepEqual(await alice.get(alice.room(roomId, 'state/m.room.topic')), { topic: 'newer' })
    await alice.put(path(alice, newer))
    assert.deepEqual(await alice.get(alice.room(roomId, 'state/m.room.topic')), {})
    server.homeserver.services.rooms.drop(roomId as never)
    assert.deepEqual(await alice.get(alice.room(roomId, 'state/m.room.topic')), {}, 'also when the room is read anew')
  })

  it('is named where the room’s version keeps it', async () => {
    for (const version of ['10', '11']) {
      const room = await alice.createRoom({ room_version: version })
      const eventId = await alice.send(room, 'said')
      const { event_id: redaction } = await alice.put(path(alice, eventId, room))
      server.homeserver.services.rooms.drop(room)
      const stored = await alice.get(alice.room(room, `event/${encodeURIComponent(redaction as string)}`))
      const { redacts, content } = stored as { redacts?: string; content: JsonObject }
      // Clients of before and after version 11 look in different places, and are given both.
      assert.deepEqual([redacts, content['redacts']], [eventId, eventId], version)
    }
  })
})
