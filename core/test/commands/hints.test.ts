import assert from 'node:assert/strict'
import { BridgeError } from '@pons/core'
import { simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'

onEveryEngine('hints name what must be typed where they are read', (open) => {
  const answer = async (alice: MatrixPerson, roomId: string, part: string): Promise<string> => {
    const { content } = await alice.see(
      (event) => event.room_id === roomId && event.sender === bot && String(event.content['body']).includes(part),
      `words with ${part}`,
    )
    return String(content['body'])
  }
  async function rooms(stage: Stage): Promise<{ alice: MatrixPerson; own: string; portal: string; other: string }> {
    const alice = await stage.person('alice')
    const own = await alice.createRoom({ invite: [bot], is_direct: true })
    await answer(alice, own, 'Hello.')
    const portal = await alice.join('#sim_meadow:test.local')
    const bob = await stage.person('bob')
    const other = await alice.createRoom({ invite: [bot, bob.userId] })
    await bob.join(other)
    await alice.see(
      ({ room_id, type, state_key, content }) =>
        room_id === other && type === 'm.room.member' && state_key === bot && content['membership'] === 'join',
    )
    return { alice, own, portal, other }
  }

  it('in answers: bare in the management room, behind the prefix elsewhere', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, own, portal, other } = await rooms(stage)
    await alice.say(own, 'nonsense')
    assert.match(await answer(alice, own, 'I do not know'), /`nonsense`.*Say `help`/)
    for (const roomId of [portal, other]) {
      await alice.say(roomId, '!sim nonsense')
      assert.match(await answer(alice, roomId, 'I do not know'), /`nonsense`.*Say `!sim help`/)
    }
    await alice.say(portal, '!sim bridge orchard')
    assert.match(await answer(alice, portal, 'bridged already'), /`!sim unbridge`/)
    await alice.say(own, 'bridge orchard')
    assert.match(await answer(alice, own, 'This is the management room'), /`!sim bridge CHAT`/)
  })

  it('in the help, which works as it is written in both rooms', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, own, portal } = await rooms(stage)
    for (const [roomId, lead] of [
      [own, ''],
      [portal, '!sim '],
    ] as const) {
      await alice.say(roomId, `${lead}help`)
      const help = await answer(alice, roomId, 'start-chat')
      const usages = [...help.matchAll(/^\* `([^`]+)`/gm)].map(([, usage = '']) => usage)
      assert.ok(usages.length > 10)
      for (const usage of usages) assert.equal(usage.startsWith('!sim '), lead !== '', usage)
      for (const usage of usages.filter((words) => words.endsWith('version') || words.endsWith('list-logins'))) {
        await alice.say(roomId, usage)
        await answer(alice, roomId, usage.endsWith('version') ? 'Pons test' : 'You are not logged in')
      }
    }
  })

  it('in errors of the adapter, in the notice and in the status', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, portal } = await rooms(stage)
    stage.network.fail(new BridgeError('nobody is there; say `login`, or `wave` at them'))
    await alice.say(portal, 'hello')
    const notice = await answer(alice, portal, 'not bridged')
    assert.match(notice, /say `!sim login`, or `wave` at them \(say `!sim retry`/)
    const status = await alice.see(({ type }) => type === 'com.beeper.message_send_status')
    assert.match(String(status.content['message']), /say `!sim login`, or `wave`/)
    await alice.say(portal, '!sim retry')
    await answer(alice, portal, 'Trying 1 again')
  })

  it('in notices of the network', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, portal } = await rooms(stage)
    const base = { chat: simChat('meadow'), id: 'n1' as never, timestampMs: Date.now() }
    await stage.network.host.ingest({ ...base, kind: 'notice', text: 'Gone. Say `sync-portal` to look again.' })
    assert.match(await answer(alice, portal, 'Gone.'), /`!sim sync-portal`/)
  })

  it('in what the adapter tells a person', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, own } = await rooms(stage)
    await stage.network.host.notifyUser(alice.userId as never, 'Over. Say `login`.')
    assert.match(await answer(alice, own, 'Over.'), /Say `login`\.$/)
  })
})

onEveryEngine('a login is asked for where only its person reads', (open) => {
  it('goes on in the management room when it was begun elsewhere', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const own = await alice.createRoom({ invite: [bot], is_direct: true })
    await alice.see(({ content }) => String(content['body']).startsWith('Hello.'))
    const portal = await alice.join('#sim_meadow:test.local')
    await alice.say(portal, '!sim login')
    await alice.see(({ room_id, content }) => room_id === portal && String(content['body']).includes(own))
    for (const [heard, said] of [
      ['Name?', 'ally'],
      ['Password?', 'secret'],
    ] as const) {
      await alice.see(({ room_id, content }) => room_id === own && String(content['body']).includes(heard))
      await alice.say(own, said)
    }
    await alice.see(({ room_id, content }) => room_id === own && content['body'] === 'Logged in as ally.')
    await stage.settled()
    assert.deepEqual(stage.network.messages, [])
  })

  it('says how to answer where there is no such room', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const portal = await alice.join('#sim_meadow:test.local')
    await alice.say(portal, '!sim login')
    await alice.see(({ content }) => String(content['body']).endsWith('Name?\nBegin the answer with `!sim`.'))
    await alice.say(portal, '!sim ally')
    await alice.see(({ content }) => String(content['body']).startsWith('Password?'))
    await alice.say(portal, '!sim secret')
    await alice.see(({ content }) => content['body'] === 'Logged in as ally.')
  })
})
