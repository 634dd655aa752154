import assert from 'node:assert/strict'
import { loginId, remoteMessageId, remoteUserId, type ChatSnapshot, type RemoteEvent } from '@pons/core'
import { ManagementRoom, simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('only what differs from the room as it is', (open) => {
  let counter = 0
  const base = () => ({
    chat: simChat('garden'),
    id: remoteMessageId(`differences ${++counter}`),
    timestampMs: 1_700_000_000_000,
  })
  const bert = { id: remoteUserId('bert'), name: 'bert' }
  const whole: ChatSnapshot = {
    kind: 'group',
    name: 'The garden',
    topic: 'plants',
    avatar: { id: 'picture 1', source: { picture: 'rose' } },
    joinRule: 'public',
    sendLevel: 1,
    topicLevel: 60,
    members: [{ user: bert, powerLevel: 50 }],
    membersComplete: true,
  }

  async function garden(stage: Stage): Promise<MatrixPerson & { roomId: string }> {
    stage.network.pictures.set('rose', Buffer.from('a rose'))
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    await shown(stage, whole)
    return Object.assign(alice, { roomId })
  }

  async function shown(stage: Stage, snapshot: ChatSnapshot): Promise<void> {
    await stage.network.ingest({ ...base(), kind: 'snapshot', snapshot })
    await stage.settled()
  }

  const stateChanges = async (alice: MatrixPerson & { roomId: string }): Promise<readonly string[]> =>
    (await alice.history(alice.roomId)).flatMap(({ type, state_key: key }) => (key === undefined ? [] : [type]))

  const topicOf = async (alice: MatrixPerson & { roomId: string }): Promise<unknown> =>
    (await alice.request('GET', `/_matrix/client/v3/rooms/${alice.roomId}/state/m.room.topic`))['topic']

  it('is sent, also where what was shown last is not known', async () => {
    await using stage = await open()
    const alice = await garden(stage)
    const before = await stateChanges(alice)
    assert.ok(before.includes('m.room.avatar'))
    for (const sql of [`update bridge_portal set snapshot = '{}'`, 'delete from bridge_ghost']) {
      await stage.database.transaction(async (tx) => void (await tx.run(sql)))
      await stage.restartBridge()
      await shown(stage, whole)
    }
    assert.deepEqual(await stateChanges(alice), before)
  })

  const said = {
    'a change': (topic: string): RemoteEvent => ({ ...base(), kind: 'chat-info', sender: bert, changes: { topic } }),
    'a snapshot': (topic: string): RemoteEvent => ({ ...base(), kind: 'snapshot', snapshot: { ...whole, topic } }),
  }
  for (const [what, event] of Object.entries(said)) {
    it(`is sent, whatever was shown before: ${what} puts a topic back that was changed from here`, async () => {
      await using stage = await open({ settings: { admins: ['@alice:test.local'] } })
      const alice = await garden(stage)
      await stage.asBot('PUT', `/_matrix/client/v3/rooms/${alice.roomId}/state/m.room.power_levels/`, {
        users: { '@simbot:test.local': 100, [alice.userId]: 90 },
      })
      await alice.setState(alice.roomId, 'm.room.topic', { topic: 'vegetables' })
      await stage.network.arrival(({ text }) => text === 'topic: vegetables')
      await stage.settled()
      await stage.network.ingest(event('plants'))
      await stage.settled()
      assert.equal(await topicOf(alice), 'plants')
    })
  }

  it('is sent to whom it concerns: who is invited is not invited again', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    const members = [{ user: bert }, { user: { id: remoteUserId('ally'), name: 'ally' } }]
    const closed: ChatSnapshot = { kind: 'group', name: 'shed', joinRule: 'invite', members }
    const event = { chat: simChat('shed'), timestampMs: 1_700_000_000_000, login: loginId('ally') }
    stage.network.onOpen = () => ({ chat: event.chat, snapshot: closed })
    for (const id of ['one', 'two', 'three']) {
      const createsPortal = {
        id: remoteMessageId(id),
        kind: 'snapshot',
        snapshot: closed,
        createsPortal: true,
      } as const
      await stage.network.ingest({ ...event, ...createsPortal })
      await stage.settled()
    }
    const invited = (await alice.request('GET', '/_matrix/client/v3/sync')) as { rooms: { invite: object } }
    const [shed = ''] = Object.keys(invited.rooms.invite)
    await alice.join(shed)
    const invitations = (await alice.history(shed)).filter(
      ({ state_key: who, content }) => who === alice.userId && content['membership'] === 'invite',
    )
    assert.equal(invitations.length, 1)
  })
})
