import assert from 'node:assert/strict'
import type { MatrixPerson, SeenEvent } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('what a homeserver has forgotten to push', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    await stage.bridge().catchUp()
    return { alice, roomId }
  }
  const said = (stage: Stage): string[] => stage.network.fromMatrix('garden').map(({ text }) => text)

  for (const count of [3, 450]) {
    it(`is taken in, in order and once: ${count} messages`, async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      const lines = Array.from({ length: count }, (_, index) => `missed ${index}`)
      const forgetting = stage.forgetPushes()
      let last = ''
      for (const line of lines) last = await alice.say(roomId, line)
      await forgetting.untilForgotten(last)
      forgetting.end()
      assert.deepEqual(said(stage), [])
      await stage.bridge().catchUp()
      await alice.say(roomId, 'pushed')
      await stage.network.arrival(({ text }) => text === 'pushed')
      // Whatever is told again is known.
      await stage.bridge().catchUp()
      await stage.settled()
      assert.deepEqual(said(stage), [...lines, 'pushed'])
    })
  }

  it('is taken in also where another room may not be read', async () => {
    const closed = new Set<string>()
    let refused = 0
    await using stage = await open({
      between({ url }) {
        if (![...closed].some((room) => url.includes(`/${encodeURIComponent(room)}/messages`))) return undefined
        refused++
        return { status: 403, headers: {}, body: { errcode: 'M_FORBIDDEN', error: 'not in this room' } }
      },
    })
    const { alice, roomId } = await inRoom(stage)
    const other = await alice.createRoom({ preset: 'public_chat' })
    await bringBot(alice, other)
    await stage.settled()
    closed.add(other)
    const forgetting = stage.forgetPushes()
    await forgetting.untilForgotten(await alice.say(roomId, 'missed'))
    forgetting.end()
    await stage.bridge().catchUp()
    await stage.settled()
    assert.deepEqual(said(stage), ['missed'])
    assert.equal(refused, 1)
  })

  it('is nothing of what was pushed, nor of what was said before the bot came into a room', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await alice.say(roomId, 'pushed')
    await stage.network.arrival(({ text }) => text === 'pushed')
    const older = await alice.createRoom({ preset: 'public_chat' })
    await alice.say(older, '!sim help')
    await bringBot(alice, older)
    await stage.settled()
    await stage.bridge().catchUp()
    await stage.settled()
    assert.deepEqual(said(stage), ['pushed'])
    // What is asked now is answered, once: that such an answer would be seen is certain.
    await alice.say(older, '!sim help')
    const isHelp = ({ content }: SeenEvent): boolean => String(content['body']).includes('start-chat')
    await alice.see(isHelp, 'the help')
    assert.equal((await alice.history(older)).filter(isHelp).length, 1)
  })
})

async function bringBot(alice: MatrixPerson, roomId: string): Promise<void> {
  const bot = '@simbot:test.local'
  await alice.request('POST', `/_matrix/client/v3/rooms/${roomId}/invite`, { user_id: bot })
  const isIn = ({ room_id: room, type, state_key: who, content }: SeenEvent): boolean =>
    room === roomId && type === 'm.room.member' && who === bot && content['membership'] === 'join'
  await alice.see(isIn, 'the bot coming')
}
