import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type ChatSnapshot } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'

onEveryEngine('a door that closes later', (open) => {
  const answer = (who: MatrixPerson, part: string) =>
    who.see(
      ({ sender, content }) => sender === bot && String(content['body']).includes(part),
      `an answer with ${JSON.stringify(part)}`,
    )
  const statePath = (roomId: string, type: string): string =>
    `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${type}`
  const joinRule = async (who: MatrixPerson, roomId: string): Promise<unknown> =>
    (await who.request('GET', statePath(roomId, 'm.room.join_rules')))['join_rule']
  const bodies = async (who: MatrixPerson, roomId: string): Promise<string[]> =>
    (await who.history(roomId)).map(({ content }) => String(content['body']))
  /** What the bot says of the door from now on. */
  function hearing(who: MatrixPerson): (part: string) => Promise<unknown> {
    const before = new Set(who.events)
    return (part) =>
      who.see(
        (event) => !before.has(event) && event.sender === bot && String(event.content['body']).includes(part),
        part,
      )
  }
  const count = (said: readonly string[], part: string): number => said.filter((body) => body.includes(part)).length

  /** The network says who may come in, and says the same of the chat whenever it is asked. */
  let doorChanges = 0
  async function turn(stage: Stage, rule: 'public' | 'invite'): Promise<void> {
    stage.network.onOpen = (name) => ({
      chat: simChat(name),
      snapshot: { kind: 'group', name: `chat ${name}`, joinRule: rule },
    })
    const id = remoteMessageId(`door${++doorChanges}`)
    await stage.network.ingest({
      chat: simChat('orchard'),
      kind: 'chat-info',
      id,
      timestampMs: Date.now(),
      changes: { joinRule: rule },
    })
    await stage.settled()
  }

  async function plumbed(
    stage: Stage,
    alice: MatrixPerson,
    { preset = 'public_chat', hasLevel = false, initial = [] as JsonObject[] } = {},
  ): Promise<string> {
    const roomId = await alice.createRoom({
      preset,
      invite: [bot, '@other:test.local'],
      initial_state: initial,
      power_level_content_override: {
        invite: 0,
        ...(hasLevel && { users: { [alice.userId]: 100, [bot]: 100 } }),
      },
    })
    await alice.see(({ state_key: key, content }) => key === bot && content['membership'] === 'join')
    await alice.say(roomId, '!sim bridge orchard')
    await answer(alice, 'bridged now')
    await stage.settled()
    return roomId
  }

  it('cuts an open room off in both directions, says so once, and goes on when the chat opens', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await plumbed(stage, alice)
    await stage.network.say('orchard', 'bert', 'before')
    await turn(stage, 'invite')
    await turn(stage, 'invite')
    await stage.network.say('orchard', 'bert', 'behind the door')
    await stage.network.ingest({
      kind: 'membership',
      chat: simChat('orchard'),
      id: remoteMessageId('late'),
      timestampMs: Date.now(),
      user: { id: remoteUserId('late'), name: 'late' },
      change: 'join',
    })
    await alice.say(roomId, 'through the bridge')
    await answer(alice, 'Your message was not bridged')
    await stage.restartBridge()
    await stage.network.say('orchard', 'bert', 'still behind')
    await stage.settled()
    const said = await bodies(alice, roomId)
    assert.equal(count(said, 'before'), 1)
    assert.equal(count(said, 'behind'), 0)
    assert.equal(count(said, 'Make this room invite-only'), 1)
    assert.ok(!(await alice.history(roomId)).some(({ state_key: key }) => key === '@sim_late:test.local'))
    assert.deepEqual(stage.network.fromMatrix('orchard'), [])
    await answer(alice, '`!sim unbridge`')

    await turn(stage, 'public')
    await stage.network.say('orchard', 'bert', 'after')
    await alice.say(roomId, 'hello again')
    await stage.network.arrival(({ text }) => text === 'hello again')
    await stage.settled()
    const later = await bodies(alice, roomId)
    assert.equal(count(later, 'after'), 1)
    assert.equal(count(later, 'behind'), 0)
    assert.equal(count(later, 'bridged again'), 1)
    assert.deepEqual(
      stage.network.fromMatrix('orchard').map(({ text }) => text),
      ['hello again'],
    )
  })

  it('goes on when the room is closed, and stops when somebody opens it', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await plumbed(stage, alice)
    await turn(stage, 'invite')
    for (const [closed, opened] of [
      [{ join_rule: 'invite' }, { join_rule: 'public' }],
      [{ join_rule: 'knock' }, { join_rule: 'restricted', allow: [] }],
    ]) {
      const heard = hearing(alice)
      await alice.request('PUT', statePath(roomId, 'm.room.join_rules'), closed)
      await heard('bridged again')
      await stage.settled()
      await stage.network.say('orchard', 'bert', 'among us')
      await alice.say(roomId, 'to you')
      await stage.network.arrival(({ text }) => text === 'to you')
      await stage.settled()
      stage.network.messages.length = 0
      await alice.request('PUT', statePath(roomId, 'm.room.join_rules'), opened)
      await heard('Make this room invite-only')
      await stage.settled()
      await stage.network.say('orchard', 'bert', 'not for all')
      await stage.settled()
    }
    const heard = hearing(alice)
    await alice.request('PUT', statePath(roomId, 'm.room.join_rules'), { join_rule: 'invite' })
    await heard('bridged again')
    await alice.request('PUT', statePath(roomId, 'm.room.history_visibility'), { history_visibility: 'world_readable' })
    await heard('Make this room invite-only')
    await stage.settled()
    await stage.network.say('orchard', 'bert', 'not for all')
    await stage.settled()
    const said = await bodies(alice, roomId)
    assert.equal(count(said, 'among us'), 2)
    assert.equal(count(said, 'not for all'), 0)
    assert.equal(count(said, 'Make this room invite-only'), 4)
  })

  it('sends nothing that was waiting for its turn when the door closed', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await plumbed(stage, alice)
    stage.network.fail('refuse-for-now')
    await alice.say(roomId, 'said in time')
    // Tried, and to be tried again.
    while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
    await turn(stage, 'invite')
    stage.clock.fire()
    await answer(alice, 'Your message was not bridged')
    await stage.settled()
    assert.deepEqual(stage.network.fromMatrix('orchard'), [])
    await turn(stage, 'public')
    await alice.say(roomId, '!sim retry')
    await stage.network.arrival(({ text }) => text === 'said in time')
  })

  it('closes an open room where the bot has the level, and opens it with the chat', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const initial = [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }]
    const roomId = await plumbed(stage, alice, { hasLevel: true, initial })
    const visibility = async (): Promise<unknown> =>
      (await alice.request('GET', statePath(roomId, 'm.room.history_visibility')))['history_visibility']
    assert.equal(await visibility(), 'world_readable')
    await turn(stage, 'invite')
    assert.equal(await joinRule(alice, roomId), 'invite')
    assert.equal(await visibility(), 'shared')
    await stage.network.say('orchard', 'bert', 'among us')
    await alice.say(roomId, 'to you')
    await stage.network.arrival(({ text }) => text === 'to you')
    await stage.settled()
    const said = await bodies(alice, roomId)
    assert.equal(count(said, 'among us'), 1)
    assert.equal(count(said, 'and so is this room'), 1)
    await turn(stage, 'public')
    assert.equal(await joinRule(alice, roomId), 'public')
    assert.equal(await visibility(), 'world_readable')
  })

  it('leaves a room as it is that somebody else has closed', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await plumbed(stage, alice, { hasLevel: true, preset: 'private_chat' })
    await turn(stage, 'invite')
    await turn(stage, 'public')
    assert.equal(await joinRule(alice, roomId), 'invite')
  })

  it('closes its own room, whoever opens that, and nobody comes in', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const bob = await stage.person('bob')
    const roomId = await alice.join('#sim_orchard:test.local')
    const levels = await alice.request('GET', statePath(roomId, 'm.room.power_levels'))
    const { status } = await stage.homeserver.dispatch({
      method: 'PUT',
      url: statePath(roomId, 'm.room.power_levels'),
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { ...levels, users: { ...(levels['users'] as object), [alice.userId]: 100 } },
    })
    assert.equal(status, 200)
    const everybody = { history_visibility: 'world_readable' }
    await alice.request('PUT', statePath(roomId, 'm.room.history_visibility'), everybody)
    await turn(stage, 'invite')
    for (const change of [undefined, 'm.room.join_rules', 'm.room.history_visibility']) {
      const content = change === 'm.room.join_rules' ? { join_rule: 'public' } : everybody
      if (change !== undefined) {
        const before = new Set(alice.events)
        await alice.request('PUT', statePath(roomId, change), content)
        await alice.see((event) => !before.has(event) && event.sender === bot && event.type === change, change)
      }
      assert.equal(await joinRule(alice, roomId), 'invite')
      const seen = await alice.request('GET', statePath(roomId, 'm.room.history_visibility'))
      assert.equal(seen['history_visibility'], 'shared')
      await assert.rejects(bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {}))
    }
    await turn(stage, 'public')
    await bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {})
  })

  it('and who is inside may invite only with a level', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.person('bob')
    const roomId = await alice.join('#sim_orchard:test.local')
    const levels = async (): Promise<unknown> =>
      (await alice.request('GET', statePath(roomId, 'm.room.power_levels')))['invite']
    assert.equal(await levels(), 0)
    await turn(stage, 'invite')
    assert.equal(await levels(), 50)
    await assert.rejects(
      alice.request('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/invite`, {
        user_id: '@bob:test.local',
      }),
    )
  })
})

onEveryEngine('whoever has no right in a chat leaves nobody of the bridge in it', (open) => {
  const answer = (who: MatrixPerson, part: string) =>
    who.see(
      ({ sender, content }) => sender === bot && String(content['body']).includes(part),
      `an answer with ${JSON.stringify(part)}`,
    )

  /** The network lets the bridge into `cellar`, and people only with the word. */
  function closeCellar(stage: Stage): void {
    const snapshot: ChatSnapshot = { kind: 'group', name: 'cellar', joinRule: 'invite' }
    stage.network.onOpen = (identifier) => {
      const [name = '', word] = identifier.split(' ')
      if (name !== 'cellar') return undefined
      const isNew = !stage.network.joined.has(name)
      stage.network.joined.add(name)
      return {
        chat: simChat('cellar'),
        snapshot,
        isAdmitted: word === 'sesame',
        ...(isNew && { undo: async () => stage.network.leave(name) }),
      }
    }
  }

  it('after a wish that was refused, by whatever way', async () => {
    await using stage = await open()
    closeCellar(stage)
    const bob = await stage.person('bob')
    const roomId = await bob.createRoom({ invite: [bot], is_direct: true })
    await answer(bob, 'Hello.')
    await bob.say(roomId, 'join cellar')
    await answer(bob, 'not open to everybody')
    assert.ok(!stage.network.joined.has('cellar'))
    await assert.rejects(
      bob.request('GET', `/_matrix/client/v3/directory/room/${encodeURIComponent('#sim_cellar:test.local')}`),
    )
    assert.ok(!stage.network.joined.has('cellar'))
    const square = await bob.createRoom({ preset: 'public_chat', invite: [bot, '@other:test.local'] })
    await bob.see(
      (event) => event.room_id === square && event.state_key === bot && event.content['membership'] === 'join',
    )
    await bob.say(square, '!sim bridge cellar sesame')
    await answer(bob, 'Make the room invite-only first')
    assert.ok(!stage.network.joined.has('cellar'))
  })

  it('after its bot was put out of the room that the chat was bridged into', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ preset: 'private_chat', invite: [bot, '@other:test.local'] })
    await alice.see(({ state_key: key, content }) => key === bot && content['membership'] === 'join')
    await alice.say(roomId, '!sim bridge orchard')
    await answer(alice, 'bridged now')
    await stage.network.say('orchard', 'bert', 'hello')
    await stage.settled()
    assert.ok(stage.network.joined.has('orchard'))
    await alice.request('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/kick`, { user_id: bot })
    await stage.network.untilLeft('orchard')
    await stage.settled()
    const bob = await stage.person('bob')
    await bob.join('#sim_orchard:test.local')
  })

  it('after the last person has left the room of a chat that is not open', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage)
    const alice = await stage.person('alice')
    const management = await alice.createRoom({ invite: [bot], is_direct: true })
    await answer(alice, 'Hello.')
    await alice.say(management, 'join cellar sesame')
    await answer(alice, 'You are in: ')
    await stage.settled()
    assert.ok(stage.network.joined.has('cellar'))
    const rooms = (await alice.request('GET', '/_matrix/client/v3/joined_rooms'))['joined_rooms'] as string[]
    const roomId = rooms.find((id) => id !== management) ?? ''
    await alice.request('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/leave`, {})
    await stage.network.untilLeft('cellar')
    await stage.settled()
    await alice.say(management, 'join cellar')
    await answer(alice, 'not open to everybody')
  })
})
