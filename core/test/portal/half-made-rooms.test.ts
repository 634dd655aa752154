import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { roomVersion, type RoomAlias, type RoomId, type UserId } from '@pons/matrix'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local' as UserId
const alias = '#sim_garden:test.local' as RoomAlias
const rita = { id: remoteUserId('rita'), name: 'Rita' }

const ranked: RemoteEvent = {
  kind: 'chat-info',
  chat: simChat('garden'),
  id: remoteMessageId('ranks'),
  timestampMs: 1_700_000_000_000,
  changes: { topicLevel: 25 },
  levels: [{ user: rita.id, powerLevel: 25 }],
}

/** What every room of a chat has, whatever befell it when it was made. */
async function assertWhole(stage: Stage, alice: MatrixPerson, roomId: string): Promise<void> {
  const content = async (type: string): Promise<Record<string, unknown>> =>
    (await stage.asBot('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${type}`)) as Record<
      string,
      unknown
    >
  assert.deepEqual(await content('m.room.join_rules'), { join_rule: 'public' })
  assert.deepEqual(await content('m.room.history_visibility'), { history_visibility: 'shared' })
  assert.deepEqual(await content('m.room.guest_access'), { guest_access: 'forbidden' })
  assert.equal((await content('m.room.name'))['name'], 'chat garden')
  assert.deepEqual((await content('io.element.functional_members'))['service_members'], [bot])
  for (const type of ['m.bridge', 'uk.half-shot.bridge', 'com.beeper.room_features'])
    assert.ok(Object.keys(await content(`${type}/sim:%2F%2F%2Fgarden`)).length > 0, type)
  const levels = await content('m.room.power_levels')
  assert.equal((levels['events'] as Record<string, number>)['m.room.tombstone'], 100)
  // It can do what it is there for, and what was said reaches both sides.
  await stage.network.ingest(ranked)
  await stage.settled()
  const after = await content('m.room.power_levels')
  assert.equal((after['users'] as Record<string, number>)['@sim_rita:test.local'], 25)
  assert.equal((after['events'] as Record<string, number>)['m.room.topic'], 25)
  assert.equal(await alice.join(alias), roomId)
  await alice.say(roomId, 'from Matrix')
  await stage.network.arrival(({ text }) => text === 'from Matrix')
  await stage.network.say('garden', 'rita', 'from over there')
  await alice.hear('from over there', roomId)
}

async function opened(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
  const alice = await stage.person('alice')
  await stage.network.ingest({
    kind: 'message',
    chat: simChat('garden'),
    id: remoteMessageId('first'),
    timestampMs: 1_700_000_000_000,
    sender: rita,
    document: textDocument('hello'),
    createPortal: { kind: 'group', name: 'chat garden', joinRule: 'public', members: [{ user: rita }] },
  })
  await stage.settled()
  return { alice, roomId: await alice.join(alias) }
}

for (const version of ['10', '11', '12'] as const)
  onEveryEngine(`a room of version ${version}, the homeserver’s default`, (open) => {
    it('is made whole, and its levels can be changed', async () => {
      await using stage = await open({ roomVersion: version })
      const { alice, roomId } = await opened(stage)
      await assertWhole(stage, alice, roomId)
    })

    const halves = {
      'after its first event': false,
      'after its maker had come in': true,
    }
    for (const [when, hasMaker] of Object.entries(halves))
      it(`is finished where it was cut short ${when}`, async () => {
        await using stage = await open({ roomVersion: version })
        const half = await halfMade(stage, version, hasMaker)
        const { alice, roomId } = await opened(stage)
        assert.equal(roomId, half)
        await assertWhole(stage, alice, roomId)
      })

    it('is finished where an earlier version took it on half made', async () => {
      await using stage = await open({ roomVersion: version })
      const half = await halfMade(stage, version, true)
      await stage.database.transaction(async (tx) => {
        const applied = { name: 'chat garden', joinRule: 'public', form: 1 }
        await tx.run(
          `insert into bridge_portal (network, chat, receiver, room_id, snapshot) values ('sim', 'garden', '', $1, $2)`,
          half,
          JSON.stringify(applied),
        )
      })
      await stage.restartBridge()
      await stage.settled()
      await stage.asBot('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(half)}/state/m.room.name/`, {
        name: 'chat garden',
      })
      const { alice, roomId } = await opened(stage)
      assert.equal(roomId, half)
      await assertWhole(stage, alice, roomId)
    })
  })

onEveryEngine('a room that nobody of the bridge can enter', (open) => {
  it('leaves its alias to a new one', async () => {
    await using stage = await open()
    const half = await halfMade(stage, '11', true)
    await stage.asBot('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(half)}/leave`, {})
    const { alice, roomId } = await opened(stage)
    assert.notEqual(roomId, half)
    await assertWhole(stage, alice, roomId)
  })
})

/** What a homeserver leaves that makes rooms event by event, the alias first, and ends in the midst of it. */
async function halfMade({ homeserver }: Stage, version: string, hasMaker: boolean): Promise<RoomId> {
  const { timeline, memberships, aliases } = homeserver.services
  const rules = roomVersion(version)
  return await timeline.write(async (writer) => {
    const content = { room_version: version, ...(!rules.creatorIsSender && { creator: bot }) }
    const id = rules.roomIdIsCreateHash ? undefined : ('!half:test.local' as RoomId)
    const room = await writer.createRoom(rules, { sender: bot, content }, id)
    await aliases.createIn(writer, alias, room, bot)
    if (hasMaker) await memberships.setIn(writer, room, { sender: bot, target: bot, membership: 'join', content: {} })
    return room.roomId
  })
}
