import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'

onEveryEngine('what one person may have made is bounded', (open) => {
  const hears = (who: MatrixPerson, roomId: string, part: string) =>
    who.see(
      (event) => event.room_id === roomId && event.sender === bot && String(event.content['body']).includes(part),
      part,
    )

  async function management(who: MatrixPerson): Promise<string> {
    const roomId = await who.createRoom({ invite: [bot], is_direct: true })
    await hears(who, roomId, 'Hello.')
    return roomId
  }

  const joined = async (stage: Stage): Promise<string[]> => {
    const headers = { authorization: `Bearer ${stage.asToken}` }
    const { body } = await stage.homeserver.dispatch({
      method: 'GET',
      url: '/_matrix/client/v3/joined_rooms',
      headers,
    })
    return (body as { joined_rooms: string[] }).joined_rooms
  }

  it('chats, by whichever command; those that are given back do not count, nor those that others opened', async () => {
    await using stage = await open({
      hasPuppets: true,
      settings: { portals_per_user: 2, admins: ['@root:test.local'] },
    })
    const alice = await stage.person('alice')
    const roomId = await management(alice)
    await alice.say(roomId, 'join one')
    await hears(alice, roomId, 'You are in: #sim_one')
    const own = await alice.createRoom({ invite: [bot, '@other:test.local'] })
    await alice.see(
      (event) => event.room_id === own && event.state_key === bot && event.content['membership'] === 'join',
    )
    await alice.say(own, '!sim bridge two')
    await hears(alice, own, 'bridged now')
    await alice.say(roomId, 'start-chat three')
    await hears(alice, roomId, 'You have opened 2 chats')
    assert.ok(!stage.network.joined.has('three'))
    const bob = await stage.person('bob')
    const bobs = await management(bob)
    await bob.say(bobs, 'join three')
    await hears(bob, bobs, 'You are in: #sim_three')
    await alice.say(roomId, 'join three')
    await hears(alice, roomId, 'You are in: #sim_three')
    await stage.restartBridge()
    await alice.say(roomId, 'pm four')
    await alice.see(
      (
        (count) => (event) =>
          String(event.content['body']).includes('You have opened 2 chats') && ++count === 1
      )(0),
    )
    await alice.say(own, '!sim unbridge')
    await hears(alice, own, 'no longer bridged')
    await alice.say(roomId, 'join five')
    await hears(alice, roomId, 'You are in: #sim_five')
    const root = await stage.person('root')
    const roots = await management(root)
    for (const chat of ['six', 'seven', 'eight']) {
      await root.say(roots, `join ${chat}`)
      await hears(root, roots, `You are in: #sim_${chat}`)
    }
  })

  it('chats whose alias they join, which are given back, and those whose alias was only asked for', async () => {
    await using stage = await open({ settings: { portals_per_user: 2, portals_without_people: 2 } })
    const alice = await stage.person('alice')
    const ask = async (name: string): Promise<unknown> =>
      await alice.request('GET', `/_matrix/client/v3/directory/room/${encodeURIComponent(`#sim_${name}:test.local`)}`)
    for (const name of ['a', 'b', 'c', 'd']) await ask(name)
    assert.deepEqual([...stage.network.joined], ['c', 'd'])
    assert.equal((await joined(stage)).length, 2)
    for (const name of ['e', 'f']) {
      await alice.join(`#sim_${name}:test.local`)
      await stage.settled()
    }
    const third = await alice.join('#sim_g:test.local')
    await stage.network.untilLeft('g')
    const { joined_rooms: rooms } = await alice.request('GET', '/_matrix/client/v3/joined_rooms')
    assert.ok(!(rooms as string[]).includes(third))
    assert.ok(stage.network.joined.has('e') && stage.network.joined.has('f'))
    assert.ok((await joined(stage)).length <= 4)
  })

  it('rooms that the bot was invited to, encrypted ones among them: it leaves the oldest, and says so', async () => {
    await using stage = await open({ settings: { rooms_per_user: 2 } })
    const alice = await stage.person('alice')
    const encrypted = { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
    const first = await alice.createRoom({ invite: [bot], is_direct: true, initial_state: [encrypted] })
    await hears(alice, first, 'This room is encrypted')
    const second = await management(alice)
    const third = await management(alice)
    await hears(alice, first, 'I leave this one')
    const fourth = await management(alice)
    await hears(alice, second, 'I leave this one')
    await alice.see(
      ({ room_id: roomId, state_key: key, content }) =>
        roomId === second && key === bot && content['membership'] === 'leave',
    )
    const bob = await stage.person('bob')
    const bobs = await management(bob)
    const rooms = await joined(stage)
    for (const roomId of [third, fourth, bobs]) assert.ok(rooms.includes(roomId))
    for (const roomId of [first, second]) assert.ok(!rooms.includes(roomId))
    await alice.say(fourth, 'help')
    await hears(alice, fourth, 'start-chat CHAT')
  })
})
