import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type ChatSnapshot, type RemoteAvatar, type RemoteUser } from '@pons/core'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('what a network leaves out', (open) => {
  let counter = 0
  const base = () => ({
    chat: simChat('garden'),
    id: remoteMessageId(`left out ${counter++}`),
    timestampMs: 1_700_000_000_000,
  })
  const bert = { id: remoteUserId('bert'), name: 'bert' }
  const ghost = '@sim_bert:test.local'

  async function inRoom(stage: Stage) {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first', 'm1')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const snapshot = async (changes: Partial<ChatSnapshot>): Promise<void> => {
      await stage.network.ingest({ ...base(), kind: 'snapshot', snapshot: { kind: 'group', ...changes } })
      await stage.settled()
    }
    const says = async (sender: RemoteUser): Promise<void> => {
      await stage.network.ingest({ ...base(), kind: 'message', sender, document: textDocument('words') })
      await stage.settled()
    }
    return { alice, roomId, snapshot, says }
  }

  const state = async (alice: MatrixPerson, roomId: string, type: string, key = ''): Promise<Record<string, unknown>> =>
    await alice.request(
      'GET',
      `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(key)}`,
    )
  const picture = (stage: Stage, id: string): RemoteAvatar => {
    stage.network.pictures.set(id, Buffer.from(`the picture ${id}`))
    return { id, source: { picture: id } }
  }

  it('is no picture that was taken away: a person’s', async () => {
    await using stage = await open()
    const { alice, roomId, says } = await inRoom(stage)
    const shown = async (): Promise<unknown> => {
      const { avatar_url: url } = await alice.request('GET', `/_matrix/client/v3/profile/${ghost}`)
      assert.equal((await state(alice, roomId, 'm.room.member', ghost))['avatar_url'] ?? '', url ?? '')
      return url ?? ''
    }
    await says({ ...bert, avatar: picture(stage, 'one') })
    const one = await shown()
    assert.match(String(one), /^mxc:/)
    await says(bert)
    assert.equal(await shown(), one)
    await says({ ...bert, avatar: null })
    assert.equal(await shown(), '')
    await says({ ...bert, avatar: null })
    await says({ ...bert, avatar: picture(stage, 'one') })
    assert.match(String(await shown()), /^mxc:/)
  })

  it('is no picture that was taken away: a chat’s', async () => {
    await using stage = await open()
    const { alice, roomId, snapshot } = await inRoom(stage)
    const shown = async (): Promise<unknown> => (await state(alice, roomId, 'm.room.avatar'))['url'] ?? ''
    await snapshot({ avatar: picture(stage, 'one') })
    const one = await shown()
    assert.match(String(one), /^mxc:/)
    await snapshot({})
    assert.equal(await shown(), one)
    await snapshot({ avatar: null })
    assert.equal(await shown(), '')
    const { length } = await alice.history(roomId)
    await stage.network.ingest({ ...base(), kind: 'chat-info', changes: { avatar: null } })
    await stage.settled()
    assert.equal((await alice.history(roomId)).length, length)
    await snapshot({ avatar: picture(stage, 'one') })
    assert.match(String(await shown()), /^mxc:/)
  })

  it('takes nothing away where there never was a picture', async () => {
    await using stage = await open()
    const { alice, roomId, snapshot } = await inRoom(stage)
    await snapshot({ avatar: null, members: [{ user: { ...bert, avatar: null } }] })
    await assert.rejects(state(alice, roomId, 'm.room.avatar'), /M_NOT_FOUND/)
  })

  for (const membersComplete of [false, true]) {
    it(`is nobody’s rank: of a member in a ${membersComplete ? 'whole' : 'partial'} list`, async () => {
      await using stage = await open()
      const { alice, roomId, snapshot } = await inRoom(stage)
      const level = async (): Promise<number | undefined> =>
        ((await state(alice, roomId, 'm.room.power_levels'))['users'] as Record<string, number>)[ghost]
      await snapshot({ members: [{ user: bert, powerLevel: 50 }], membersComplete })
      assert.equal(await level(), 50)
      await snapshot({ members: [{ user: bert }], membersComplete })
      assert.equal(await level(), 50)
      await snapshot({ members: [{ user: bert, powerLevel: 0 }], membersComplete })
      assert.equal(await level(), undefined)
    })
  }

  it('is nobody’s place and nobody’s rank: of those whom a partial list does not name, or where there is none', async () => {
    await using stage = await open()
    const { alice, roomId, snapshot } = await inRoom(stage)
    const carl = { id: remoteUserId('carl'), name: 'carl' }
    await snapshot({
      name: 'The garden',
      topic: 'plants',
      sendLevel: 25,
      topicLevel: 75,
      members: [{ user: bert, powerLevel: 50 }, { user: carl }],
      membersComplete: true,
    })
    const shown = async (): Promise<unknown[]> => [
      (await state(alice, roomId, 'm.room.member', ghost))['membership'],
      (await state(alice, roomId, 'm.room.name'))['name'],
      (await state(alice, roomId, 'm.room.topic'))['topic'],
      await state(alice, roomId, 'm.room.power_levels'),
    ]
    const before = await shown()
    assert.deepEqual(before.slice(0, 3), ['join', 'The garden', 'plants'])
    await snapshot({})
    await snapshot({ members: [], membersComplete: false })
    await snapshot({ members: [{ user: carl }] })
    await stage.network.ingest({ ...base(), kind: 'chat-info', changes: {} })
    await stage.settled()
    assert.deepEqual(await shown(), before)
  })

  it('is no place that a message names: new words keep it', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const location = { latitude: 1.5, longitude: 2.5 }
    const spot = { ...base(), kind: 'message', sender: bert, document: { ...textDocument('here'), location } } as const
    await stage.network.ingest(spot)
    const edit = {
      kind: 'edit',
      sender: bert,
      target: spot.id,
      document: textDocument('there'),
      keepsMedia: true,
    } as const
    await stage.network.ingest({ ...base(), ...edit })
    await stage.settled()
    const fresh = (await alice.history(roomId)).map(({ content }) => content['m.new_content']).find(Boolean)
    assert.deepEqual(fresh, {
      msgtype: 'm.location',
      body: 'there',
      geo_uri: 'geo:1.5,2.5',
      'org.matrix.msc3488.location': { uri: 'geo:1.5,2.5' },
      'm.mentions': {},
    })
  })

  it('is not a place that is named: it takes the earlier one’s', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const place = (longitude: number) => ({ ...textDocument('here'), location: { latitude: 1.5, longitude } })
    const spot = { ...base(), kind: 'message', sender: bert, document: place(2.5) } as const
    await stage.network.ingest(spot)
    const edit = { kind: 'edit', sender: bert, target: spot.id, document: place(3.5), keepsMedia: true } as const
    await stage.network.ingest({ ...base(), ...edit })
    await stage.settled()
    const fresh = (await alice.history(roomId)).map(({ content }) => content['m.new_content']).find(Boolean)
    assert.equal((fresh as Record<string, unknown>)['geo_uri'], 'geo:1.5,3.5')
  })

  it('is no message by itself: what only says how another one looks by now needs that one', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const edit = { kind: 'edit', sender: bert, needsTarget: true } as const
    const unknown = { target: remoteMessageId('never crossed'), document: textDocument('moved on') }
    await stage.network.ingest({ ...base(), ...edit, ...unknown })
    const known = { target: remoteMessageId('m1'), document: textDocument('moved') }
    await stage.network.ingest({ ...base(), ...edit, ...known })
    await stage.settled()
    const bodies = (await alice.history(roomId)).map(({ content }) => content['body'])
    assert.ok(bodies.includes('* moved'))
    assert.ok(!bodies.includes('moved on'))
  })
})
