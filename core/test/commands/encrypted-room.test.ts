import assert from 'node:assert/strict'
import type { MatrixPerson, SeenEvent } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'
const algorithm = { algorithm: 'm.megolm.v1.aes-sha2' }
const encryption = { type: 'm.room.encryption', state_key: '', content: algorithm }
const ciphertext = {
  ...algorithm,
  ciphertext: 'AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg',
  session_id: 'X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ',
}

const bodyOf = ({ content }: SeenEvent): string => String(content['body'])

onEveryEngine('a room that is encrypted', (open) => {
  /** As clients make a direct chat by themselves. */
  async function encryptedChat(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({
      invite: [bot],
      is_direct: true,
      preset: 'trusted_private_chat',
      initial_state: [encryption],
    })
    return { alice, roomId }
  }

  async function plainRoomOf(alice: MatrixPerson): Promise<string> {
    const roomId = await alice.join(await invitedRoom(alice))
    await alice.see(
      (event) => event.room_id === roomId && bodyOf(event).startsWith('This room is not encrypted'),
      'the welcome',
    )
    return roomId
  }

  async function invitedRoom(alice: MatrixPerson): Promise<string> {
    for (;;) {
      const answer = await alice.request('GET', '/_matrix/client/v3/sync')
      const [roomId] = Object.keys((answer['rooms'] as { invite?: object } | undefined)?.invite ?? {})
      if (roomId !== undefined) return roomId
    }
  }

  it('is told so at once, and another one is made, in which the bot hears', async () => {
    await using stage = await open()
    const { alice, roomId } = await encryptedChat(stage)
    await alice.see(
      (event) => event.room_id === roomId && bodyOf(event).startsWith('This room is encrypted'),
      'the word',
    )
    const plain = await plainRoomOf(alice)
    assert.notEqual(plain, roomId)
    await alice.say(plain, 'help')
    await alice.see((event) => event.room_id === plain && bodyOf(event).includes('list-logins'), 'the help')
  })

  it('gets each event that could not be read marked, the offer once, and no second room', async () => {
    await using stage = await open()
    const { alice, roomId } = await encryptedChat(stage)
    await alice.see((event) => bodyOf(event).startsWith('This room is encrypted'), 'the word')
    const ids = [
      await alice.send(roomId, ciphertext, 'm.room.encrypted'),
      await alice.send(roomId, ciphertext, 'm.room.encrypted'),
    ]
    for (const id of ids) {
      const status = await alice.see(
        ({ type, content }) =>
          type === 'com.beeper.message_send_status' &&
          (content['m.relates_to'] as { event_id: string }).event_id === id,
        'the mark',
      )
      assert.equal(status.content['status'], 'FAIL_PERMANENT')
      assert.equal(status.content['reason'], 'com.beeper.undecryptable_event')
    }
    await stage.settled()
    const history = await alice.history(roomId)
    assert.equal(history.filter((event) => bodyOf(event).startsWith('This room is encrypted')).length, 1)
    const plain = await plainRoomOf(alice)
    const welcomes = (await alice.history(plain)).filter((event) => bodyOf(event).startsWith('This room is not'))
    assert.equal(welcomes.length, 1)
    assert.equal((await stage.bridge().backlog()).parked, 0)
  })

  it('is noticed when encryption is turned on later', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ invite: [bot], is_direct: true, preset: 'trusted_private_chat' })
    await alice.see((event) => bodyOf(event).includes('management room'), 'the greeting')
    await alice.setState(roomId, 'm.room.encryption', algorithm)
    await alice.see(
      (event) => event.room_id === roomId && bodyOf(event).startsWith('This room is encrypted'),
      'the word',
    )
    const plain = await plainRoomOf(alice)
    await alice.say(plain, 'version')
    await alice.see((event) => event.room_id === plain && /Pons/i.test(bodyOf(event)), 'the answer')
  })

  it('may be a portal: what cannot cross is marked there, and what can, goes on', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const id = await alice.send(roomId, ciphertext, 'm.room.encrypted')
    const notice = await alice.see((event) => bodyOf(event).includes('it is encrypted'), 'the notice')
    assert.deepEqual(notice.content['m.relates_to'], { 'm.in_reply_to': { event_id: id } })
    assert.ok(!bodyOf(notice).includes('retry'), 'there is nothing to try again')
    await alice.say(roomId, 'in the clear')
    await stage.network.arrival(({ text }) => text === 'in the clear')
    assert.equal((await stage.bridge().backlog()).parked, 0)
  })
})
