import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('commands', (open) => {
  async function managementRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await answer(alice, 'Hello.')
    return { alice, roomId }
  }

  const answer = (alice: MatrixPerson, part: string) =>
    alice.see(
      ({ sender, content }) => sender === '@simbot:test.local' && String(content['body']).includes(part),
      `an answer with ${JSON.stringify(part)}`,
    )

  for (const [command, expected] of [
    ['help', 'start-chat CHAT'],
    ['version', 'Pons test, Sim'],
    ['nonsense', 'I do not know'],
    ['list-logins', 'not logged in'],
    ['logout', 'not logged in'],
    ['login', 'Name?'],
    ['cancel', 'nothing to cancel'],
    ['retry', 'nothing to retry'],
    ['parked', 'Nothing was given up'],
    ['start-chat', 'Which chat?'],
    ['start-chat nowhere', 'there is no such chat'],
    ['unbridge', 'not bridged'],
    ['id', 'not bridged'],
  ] as const) {
    it(`answers \`${command}\` with ${JSON.stringify(expected)}`, async () => {
      await using stage = await open()
      const { alice, roomId } = await managementRoom(stage)
      await alice.say(roomId, command)
      await answer(alice, expected)
    })
  }

  it('answers what is said as a reply, without what that quotes', async () => {
    await using stage = await open()
    const { alice, roomId } = await managementRoom(stage)
    const asked = await answer(alice, 'Hello.')
    const reply = (text: string) =>
      alice.send(roomId, {
        msgtype: 'm.text',
        body: `> <@simbot:test.local> Hello.\n> Say what?\n\n${text}`,
        'm.relates_to': { 'm.in_reply_to': { event_id: asked.event_id } },
      })
    await reply('login password')
    await answer(alice, 'Name?')
    await reply('ally')
    await answer(alice, 'Password?')
    await reply('secret')
    await answer(alice, 'Logged in as ally')
    await reply('!sim version')
    await answer(alice, 'Pons test')
  })

  it('says what was wrong with a password and lets one try again', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await managementRoom(stage)
    for (const [said, heard] of [
      ['login password', 'Name?'],
      ['ally', 'Password?'],
      ['wrong', 'that password is wrong'],
    ] as const) {
      await alice.say(roomId, said)
      await answer(alice, heard)
    }
    assert.deepEqual(stage.bridge().connections(), [])
  })

  it('opens a chat, brings the person into its room, and takes it down again', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await managementRoom(stage)
    await alice.say(roomId, 'start-chat meadow')
    await answer(alice, '#sim_meadow:test.local')
    const joined = (await alice.request('GET', '/_matrix/client/v3/joined_rooms'))['joined_rooms'] as string[]
    const portal = joined.find((id) => id !== roomId)
    assert.ok(portal)
    await alice.say(portal, '!sim delete-portal')
    await answer(alice, 'moderator')
    assert.ok(stage.network.joined.has('meadow'))
  })

  it('bridges a chat into a room that exists, and stops doing so', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      invite: ['@simbot:test.local', '@other:test.local'],
    })
    await alice.see(
      ({ type, state_key: key, content }) =>
        type === 'm.room.member' && key === '@simbot:test.local' && content['membership'] === 'join',
    )
    await alice.say(roomId, '!sim bridge orchard')
    await answer(alice, 'bridged now')
    await alice.say(roomId, 'out of the old room')
    await stage.network.arrival(({ chat, text }) => chat === 'orchard' && text === 'out of the old room')
    await stage.network.say('orchard', 'bert', 'into the old room')
    await alice.hear('into the old room', roomId)
    await alice.say(roomId, '!sim unbridge')
    await answer(alice, 'no longer bridged')
    assert.ok(!stage.network.joined.has('orchard'))
  })
})
