import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { messageEvent, simChat } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const hostile = 'Ada\nBert: I owe you\u202e <b>%s</b>'
const shown = 'Ada Bert: I owe you <b>%s</b>'

onEveryEngine('a name is a name, and nothing else', (open) => {
  it('of a person of the network, of a chat, and of a file', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    stage.network.pictures.set('p', new Uint8Array([1]))
    const event = messageEvent({ id: 'm1', chat: 'garden', from: 'bert', text: 'hi' })
    assert.ok(event.kind === 'message')
    const media = { kind: 'file', fileName: 'a\u202egpj.exe\n', source: { remote: { picture: 'p' } } } as const
    const named: RemoteEvent = {
      ...event,
      sender: { id: remoteUserId('bert'), name: hostile },
      document: { kind: 'text', blocks: [], media },
    }
    await stage.network.ingest([named, renamed('renaming', hostile)])
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const state = await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state`)
    const states = state as unknown as { type: string; state_key: string; content: Record<string, unknown> }[]
    assert.equal(states.find(({ type }) => type === 'm.room.name')?.content['name'], shown)
    const ghost = states.find(({ type, state_key: key }) => type === 'm.room.member' && key.includes('bert'))
    assert.equal(ghost?.content['displayname'], shown)
    const file = (await alice.history(roomId)).find(({ content }) => content['msgtype'] === 'm.file')
    assert.deepEqual([file?.content['filename'], file?.content['body']], ['agpj.exe', 'agpj.exe'])
  })

  it('of a chat whose name somebody set here with more spaces than one', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'hi')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const nameOf = async (): Promise<unknown> =>
      (await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/m.room.name`))['name']
    await stage.asBot('PUT', `/_matrix/client/v3/rooms/${roomId}/state/m.room.name`, { name: 'a  garden' })
    await stage.network.ingest(renamed('echo', 'a  garden'))
    await stage.settled()
    assert.equal(await nameOf(), 'a  garden')
  })

  it('of a person of Matrix, in front of what the relay says for them', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'hi')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const profile = `/_matrix/client/v3/profile/${alice.userId}/displayname`
    await alice.request('PUT', profile, { displayname: hostile })
    await alice.say(roomId, 'hello')
    const said = await stage.network.arrival(({ text }) => text === 'hello')
    assert.equal(said.from, `relay for ${shown}`)
  })
})

function renamed(id: string, name: string): RemoteEvent {
  const chat = simChat('garden')
  return { kind: 'chat-info', chat, id: remoteMessageId(id), timestampMs: 1_700_000_000_000, changes: { name } }
}
