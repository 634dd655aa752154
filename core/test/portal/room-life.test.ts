import assert from 'node:assert/strict'
import { ManagementRoom, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'
const bert = '@sim_bert:test.local'

onEveryEngine('the life of a room', (open) => {
  async function plumbed(stage: Stage, content: object = {}): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ preset: 'public_chat', invite: [bot, '@other:test.local'], ...content })
    await membership(alice, roomId, bot, 'join')
    await alice.say(roomId, '!sim bridge orchard')
    await alice.hear('This room is bridged now.', roomId)
    await stage.network.say('orchard', 'bert', 'hello here')
    await alice.hear('hello here', roomId)
    return { alice, roomId }
  }

  const membership = async (person: MatrixPerson, roomId: string, who: string, what: string) =>
    await person.see(
      ({ room_id: at, state_key: key, content }) => at === roomId && key === who && content['membership'] === what,
      `${who} to ${what}`,
    )

  const says = async (person: MatrixPerson, roomId: string, part: string) =>
    await person.see(
      ({ sender, room_id: at, content }) => at === roomId && sender === bot && String(content['body']).includes(part),
      `the bot saying ${JSON.stringify(part)}`,
    )

  const change = async (person: MatrixPerson, roomId: string, verb: string, who?: string) =>
    await person.request(
      'POST',
      `/_matrix/client/v3/rooms/${roomId}/${verb}`,
      who === undefined ? {} : { user_id: who },
    )

  describe('a tombstone', () => {
    for (const version of ['11', '12']) {
      it(`is followed: portal and ghosts go to the next room, of version ${version}`, async () => {
        await using stage = await open()
        const { alice, roomId } = await plumbed(stage)
        const path = `/_matrix/client/v3/rooms/${roomId}/upgrade`
        const { replacement_room: next } = await alice.request('POST', path, { new_version: version })
        const to = String(next)
        await says(alice, to, 'bridged here now')
        await membership(alice, to, bert, 'join')
        await membership(alice, roomId, bot, 'leave')
        await membership(alice, roomId, bert, 'leave')
        await stage.network.say('orchard', 'bert', 'we have moved')
        await alice.hear('we have moved', to)
        await alice.say(to, 'so have I')
        await stage.network.arrival(({ text }) => text === 'so have I')
      })
    }

    it('waits for an invitation where the next room is closed', async () => {
      await using stage = await open()
      const { alice, roomId } = await plumbed(stage)
      const to = await alice.createRoom({ preset: 'private_chat' })
      await alice.setState(roomId, 'm.room.tombstone', { body: 'over there', replacement_room: to })
      await says(alice, roomId, 'Invite me')
      await change(alice, to, 'invite', bot)
      await says(alice, to, 'bridged here now')
      await stage.network.say('orchard', 'bert', 'we have moved')
      await alice.hear('we have moved', to)
    })

    it('to a room in which its sender has no say is not followed', async () => {
      await using stage = await open()
      const { alice, roomId } = await plumbed(stage)
      const bob = await stage.person('bob')
      const bobs = await bob.createRoom({ preset: 'public_chat' })
      await alice.setState(roomId, 'm.room.tombstone', { body: 'over there', replacement_room: bobs })
      await says(alice, roomId, 'has no say')
      await stage.network.say('orchard', 'bert', 'we stay')
      await alice.hear('we stay', roomId)
    })

    it('takes the alias along', async () => {
      await using stage = await open()
      const { alice, roomId } = await plumbed(stage)
      const found = async () =>
        (
          await alice.request(
            'GET',
            `/_matrix/client/v3/directory/room/${encodeURIComponent('#sim_orchard:test.local')}`,
          )
        )['room_id']
      assert.equal(await found(), roomId)
      const path = `/_matrix/client/v3/rooms/${roomId}/upgrade`
      const { replacement_room: next } = await alice.request('POST', path, { new_version: '11' })
      await says(alice, String(next), 'bridged here now')
      await membership(alice, roomId, bot, 'leave')
      assert.equal(await found(), next)
    })
  })

  for (const verb of ['kick', 'ban'] as const) {
    it(`a ${verb} of the bot ends bridging, and an invitation goes on with it`, async () => {
      await using stage = await open()
      const { alice, roomId } = await plumbed(stage)
      const own = await ManagementRoom.open(alice, 'simbot')
      await change(alice, roomId, verb, bot)
      await own.answer('no longer bridged')
      await stage.network.untilLeft('orchard')
      await membership(alice, roomId, bert, 'leave')
      if (verb === 'ban') await change(alice, roomId, 'unban', bot)
      await change(alice, roomId, 'invite', bot)
      await says(alice, roomId, 'bridged again')
      assert.ok(stage.network.joined.has('orchard'))
      await stage.network.say('orchard', 'bert', 'back again')
      await alice.hear('back again', roomId)
    })
  }

  it('a room whose chat has another one by now is told which', async () => {
    await using stage = await open()
    const { alice, roomId } = await plumbed(stage)
    await change(alice, roomId, 'kick', bot)
    await stage.network.untilLeft('orchard')
    await stage.settled()
    await alice.join('#sim_orchard:test.local')
    await change(alice, roomId, 'invite', bot)
    await says(alice, roomId, 'That chat has a room already: #sim_orchard:test.local')
  })

  it('whoever has no say in a room does not have it bridged again by inviting the bot', async () => {
    await using stage = await open()
    const { alice, roomId } = await plumbed(stage)
    const bob = await stage.person('bob')
    await bob.join(roomId)
    await stage
      .asBot('PUT', `/_matrix/client/v3/rooms/${roomId}/state/m.room.name/`, { name: 'x' })
      .catch(() => undefined)
    const path = `/_matrix/client/v3/rooms/${roomId}/state/m.room.power_levels/`
    const levels = await alice.request('GET', path)
    await alice.request('PUT', path, { ...levels, invite: 0 })
    await change(alice, roomId, 'kick', bot)
    await stage.network.untilLeft('orchard')
    await change(bob, roomId, 'invite', bot)
    await says(alice, roomId, 'You need to be a moderator')
    assert.ok(!stage.network.joined.has('orchard'))
  })

  it('the relay leaves a chat when nobody of Matrix is left in its room', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_meadow:test.local')
    assert.ok(stage.network.joined.has('meadow'))
    await change(alice, roomId, 'leave')
    await stage.network.untilLeft('meadow')
  })

  it('and stays while somebody is', async () => {
    await using stage = await open()
    const [alice, bob] = [await stage.person('alice'), await stage.person('bob')]
    const roomId = await alice.join('#sim_meadow:test.local')
    await bob.join(roomId)
    await change(alice, roomId, 'leave')
    await bob.say(roomId, 'still here')
    await stage.network.arrival(({ text }) => text.endsWith('still here'))
    assert.ok(stage.network.joined.has('meadow'))
  })
})
