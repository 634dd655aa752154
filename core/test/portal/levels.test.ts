import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { ManagementRoom, simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('levels go with the person', (open) => {
  const person = (name: string) => ({ id: remoteUserId(name), name })
  const ghost = (name: string): string => `@sim_${name}:test.local`
  let counter = 0
  const base = () => ({
    chat: simChat('garden'),
    id: remoteMessageId(`levels ${++counter}`),
    timestampMs: 1_700_000_000_000,
  })
  const ranked = (levels: Record<string, number>): RemoteEvent => ({
    ...base(),
    kind: 'chat-info',
    changes: {},
    levels: Object.entries(levels).map(([name, powerLevel]) => ({ user: remoteUserId(name), powerLevel })),
  })

  async function garden(stage: Stage, ...names: readonly string[]): Promise<MatrixPerson & { roomId: string }> {
    const alice = await stage.person('alice')
    for (const name of names) await stage.network.say('garden', name, `I am ${name}`)
    await stage.settled()
    return Object.assign(alice, { roomId: await alice.join('#sim_garden:test.local') })
  }

  async function levels(stage: Stage, { roomId }: { roomId: string }): Promise<Record<string, number>> {
    await stage.settled()
    const path = `/_matrix/client/v3/rooms/${roomId}/state/m.room.power_levels`
    const { users } = (await stage.asBot('GET', path)) as { users: Record<string, number> }
    const { '@simbot:test.local': bot, ...others } = users
    assert.equal(bot, 100)
    return others
  }

  it('a new nick has the rank of the old one, and whoever takes the old one has none', async () => {
    await using stage = await open()
    const alice = await garden(stage, 'oper', 'carl')
    await stage.network.ingest(ranked({ oper: 50 }))
    assert.deepEqual(await levels(stage, alice), { [ghost('oper')]: 50 })
    await stage.network.ingest({ ...base(), kind: 'rename', from: remoteUserId('oper'), to: person('oper-away') })
    assert.deepEqual(await levels(stage, alice), { [ghost('oper-away')]: 50 })
    await stage.network.ingest({ ...base(), kind: 'membership', user: person('oper'), change: 'join' })
    assert.deepEqual(await levels(stage, alice), { [ghost('oper-away')]: 50 })
  })

  it('who takes a nick that had a rank brings their own', async () => {
    await using stage = await open()
    const alice = await garden(stage, 'oper', 'carl')
    await stage.network.ingest(ranked({ oper: 50 }))
    assert.deepEqual(await levels(stage, alice), { [ghost('oper')]: 50 })
    await stage.network.ingest({ ...base(), kind: 'membership', user: person('oper'), change: 'kick' })
    await stage.network.ingest({ ...base(), kind: 'rename', from: remoteUserId('carl'), to: person('oper') })
    assert.deepEqual(await levels(stage, alice), {})
  })

  for (const change of ['leave', 'kick', 'ban'] as const) {
    it(`a rank ends with a ${change}`, async () => {
      await using stage = await open()
      const alice = await garden(stage, 'oper')
      await stage.network.ingest(ranked({ oper: 50 }))
      await stage.network.ingest({ ...base(), kind: 'membership', user: person('oper'), change })
      assert.deepEqual(await levels(stage, alice), {})
    })
  }

  it('a list of the network takes no level from somebody here that it has not given', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    await stage.network.say('garden', 'bert', 'hello')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const path = `/_matrix/client/v3/rooms/${roomId}/state/m.room.power_levels`
    const own = async (): Promise<number | undefined> => (await levels(stage, { roomId }))[alice.userId]
    const listed = async (powerLevel: number): Promise<void> => {
      const members = [{ user: person('ally'), powerLevel }, { user: person('bert') }]
      await stage.network.ingest({
        ...base(),
        kind: 'snapshot',
        snapshot: { kind: 'group', members, membersComplete: true },
      })
    }
    await listed(50)
    assert.equal(await own(), 50)
    await listed(0)
    assert.equal(await own(), undefined)
    const content = (await stage.asBot('GET', path)) as { users: Record<string, number> }
    await stage.asBot('PUT', path, { ...content, users: { ...content.users, [alice.userId]: 60 } })
    for (const [rank, level] of [
      [0, 60],
      [95, 95],
      [50, 60],
      [0, 60],
    ] as const) {
      await listed(rank)
      assert.equal(await own(), level, `with a rank of ${rank}`)
    }
    await listed(95)
    await stage.network.ingest({ ...base(), kind: 'membership', user: person('ally'), change: 'leave' })
    assert.equal(await own(), 60, 'after leaving')
  })

  it('two ghosts that are one person have one rank, the higher', async () => {
    await using stage = await open()
    const alice = await garden(stage, 'number', 'opaque')
    await stage.network.ingest(ranked({ number: 50 }))
    assert.deepEqual(await levels(stage, alice), { [ghost('number')]: 50 })
    await stage.network.ingest({
      ...base(),
      kind: 'membership',
      user: { ...person('opaque'), aliases: [remoteUserId('number')] },
      change: 'join',
    })
    assert.deepEqual(await levels(stage, alice), { [ghost('opaque')]: 50 })
  })

  it('the creator of a room of version 12 is a moderator of it', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const invite = ['@simbot:test.local', '@other:test.local']
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: '12', invite })
    await alice.see(({ state_key: who, content }) => who === invite[0] && content['membership'] === 'join', 'the bot')
    await alice.say(roomId, '!sim bridge orchard')
    await alice.hear('This room is bridged now.', roomId)
    await alice.say(roomId, '!sim unbridge')
    await alice.hear('This room is no longer bridged.', roomId)
  })

  it('one more creator of it is, too, and an ordinary member is not', async () => {
    await using stage = await open()
    const [alice, bob, carl] = [await stage.person('alice'), await stage.person('bob'), await stage.person('carl')]
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      room_version: '12',
      invite: ['@simbot:test.local', '@other:test.local'],
      creation_content: { additional_creators: [bob.userId] },
    })
    // What is said before the bot has come is not said to it.
    const isBot = ({ state_key: who }: { state_key?: string }): boolean => who === '@simbot:test.local'
    await alice.see((event) => isBot(event) && event.content['membership'] === 'join', 'the bot')
    await bob.join(roomId)
    await carl.join(roomId)
    await carl.say(roomId, '!sim bridge orchard')
    await carl.see(({ content: { body } }) => String(body).includes('You need to be a moderator'), 'a refusal')
    await bob.say(roomId, '!sim bridge orchard')
    await bob.hear('This room is bridged now.', roomId)
  })
})
