import assert from 'node:assert/strict'
import { parseUserId } from '@pons/matrix'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const bot = '@simbot:test.local'

onEveryEngine('which room is the management room', (open) => {
  let counter = 0

  const says = async (person: MatrixPerson, roomId: string, part: string) =>
    await person.see(
      ({ sender, room_id: at, content }) => at === roomId && sender === bot && String(content['body']).includes(part),
      `an answer with ${JSON.stringify(part)}`,
    )

  const answers = async (person: MatrixPerson, roomId: string, part: string): Promise<number> =>
    (await person.history(roomId)).filter(
      ({ sender, content }) => sender === bot && String(content['body']).includes(part),
    ).length

  /** What is said behind the prefix is heard everywhere, and after what was said before. */
  async function isBareHeard(person: MatrixPerson, roomId: string): Promise<boolean> {
    const before = await answers(person, roomId, 'Pons test')
    await person.say(roomId, 'version')
    const word = `word${++counter}`
    await person.say(roomId, `!sim ${word}`)
    await says(person, roomId, `I do not know \`${word}\``)
    return (await answers(person, roomId, 'Pons test')) > before
  }

  async function directChat(person: MatrixPerson): Promise<string> {
    const roomId = await person.createRoom({ invite: [bot], is_direct: true })
    await says(person, roomId, 'management room')
    return roomId
  }

  async function room(person: MatrixPerson, content: object = {}): Promise<string> {
    const roomId = await person.createRoom({ invite: [bot], ...content })
    await person.see(
      ({ room_id: at, state_key: who, content: { membership } }) =>
        at === roomId && who === bot && membership === 'join',
      'the bot joining',
    )
    return roomId
  }

  it('is not any room of two: a chat is bridged into that', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await room(alice, { preset: 'public_chat' })
    await says(alice, roomId, '`!sim bridge CHAT`')
    assert.equal(await isBareHeard(alice, roomId), false)
    await alice.say(roomId, '!sim bridge orchard')
    await says(alice, roomId, 'This room is bridged now.')
  })

  it('is one that its person has among their direct messages', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({})
    const path = `/_matrix/client/v3/user/${alice.userId}/account_data/m.direct`
    await alice.request('PUT', path, { [bot]: [roomId] })
    await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/invite`, { user_id: bot })
    await says(alice, roomId, 'management room')
    assert.equal(await isBareHeard(alice, roomId), true)
  })

  it('is one that is said to be', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await room(alice)
    await alice.say(roomId, '!sim management')
    await says(alice, roomId, 'This is your management room now')
    assert.equal(await isBareHeard(alice, roomId), true)
  })

  it('is none with others in it', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await room(alice, { invite: [bot, '@other:test.local'], is_direct: true })
    await alice.say(roomId, '!sim management')
    await says(alice, roomId, 'Others are in this room')
    assert.equal(await isBareHeard(alice, roomId), false)
  })

  for (const how of ['invited', 'joined'] as const) {
    it(`ends with a third member who is ${how}`, async () => {
      await using stage = await open()
      const [alice, bob] = [await stage.person('alice'), await stage.person('bob')]
      const roomId = await directChat(alice)
      await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/invite`, { user_id: bob.userId })
      if (how === 'joined') await bob.join(roomId)
      await says(alice, roomId, 'no longer your management room')
      assert.equal(await isBareHeard(alice, roomId), false)
      if (how === 'joined') assert.equal(await isBareHeard(bob, roomId), false)
      await alice.say(roomId, '!sim bridge orchard')
      await says(alice, roomId, 'This room is bridged now.')
    })
  }

  it('is none of them deaf because another one was opened', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const rooms = [await directChat(alice), await directChat(alice), await directChat(alice)]
    for (const roomId of rooms) assert.equal(await isBareHeard(alice, roomId), true)
    await stage.restartBridge()
    for (const roomId of rooms) assert.equal(await isBareHeard(alice, roomId), true)
  })

  it('tells in another one what it has to say when one has ended', async () => {
    await using stage = await open()
    const [alice, bob] = [await stage.person('alice'), await stage.person('bob')]
    const [older, newer] = [await directChat(alice), await directChat(alice)]
    await alice.request('POST', `/_matrix/client/v3/rooms/${newer}/invite`, { user_id: bob.userId })
    await says(alice, newer, 'no longer your management room')
    await stage.settled()
    await stage.network.host.notifyUser(parseUserId(alice.userId), 'something happened')
    await says(alice, older, 'something happened')
  })

  it('is known as such where an earlier version noted it', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await directChat(alice)
    await stage.database.transaction(async (tx) => {
      await tx.run(`delete from bridge_value where name like 'pons/management/%'`)
    })
    await stage.restartBridge()
    assert.equal(await isBareHeard(alice, roomId), true)
    await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/invite`, { user_id: '@other:test.local' })
    await says(alice, roomId, 'no longer your management room')
    assert.equal(await isBareHeard(alice, roomId), false)
  })
})
