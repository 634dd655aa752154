import assert from 'node:assert/strict'
import { loginId, remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { ManagementRoom, simChat, textDocument } from '@pons/test'
import { onEveryEngine } from '../support.ts'

onEveryEngine('what the owner of a login does with another app', (open) => {
  it('appears as theirs, and nothing of it goes back to the network', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    const self = { id: remoteUserId('ally'), name: 'ally' }
    const common = { chat: simChat('garden'), timestampMs: 1_700_000_000_000, login: loginId('ally'), sender: self }
    const said: RemoteEvent = {
      ...common,
      kind: 'message',
      id: remoteMessageId('own'),
      document: textDocument('from my phone'),
      createPortal: { kind: 'group', name: 'the garden', joinRule: 'invite' },
    }
    await stage.network.ingest(said)
    const event = await alice.hear('from my phone')
    assert.equal(event.sender, alice.userId)
    const target = remoteMessageId('own')
    await stage.network.ingest({ ...common, kind: 'reaction', id: remoteMessageId('r'), target, key: '👍' })
    await stage.network.ingest({ ...common, kind: 'reaction-removal', id: remoteMessageId('rr'), target })
    await stage.network.ingest({ ...common, kind: 'redaction', id: remoteMessageId('gone'), target })
    await alice.see(({ type, content }) => type === 'm.room.redaction' && content['redacts'] === event.event_id)
    await alice.say(event.room_id, 'and this from here')
    await stage.network.arrival(({ text }) => text === 'and this from here')
    await stage.settled()
    assert.deepEqual(
      stage.network.fromMatrix('garden').map(({ text }) => text),
      ['and this from here'],
    )
  })

  it('is not doubled when what was sent from Matrix comes back under its own id', async () => {
    await using stage = await open({ hasPuppets: true, isIdempotent: true })
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    await alice.say(roomId, 'there and back')
    const sent = await stage.network.arrival(({ text }) => text === 'there and back')
    const sender = { id: remoteUserId('ally'), name: 'ally' }
    await stage.network.ingest({
      kind: 'message',
      chat: simChat('garden'),
      id: remoteMessageId(sent.id),
      timestampMs: 1_700_000_000_000,
      login: loginId('ally'),
      sender,
      document: textDocument('there and back'),
    })
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end')
    const bodies = (await alice.history(roomId)).map(({ content }) => content['body'])
    assert.equal(bodies.filter((body) => body === 'there and back').length, 1)
  })
})
