import assert from 'node:assert/strict'
import { loginId, remoteMessageId, remoteUserId, type ChatSnapshot, type RemoteEvent } from '@pons/core'
import { ManagementRoom, simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bot = '@simbot:test.local'

onEveryEngine('a private chat as its person sees it', (open) => {
  const ally = { id: remoteUserId('ally'), name: 'ally' }
  const bert = { id: remoteUserId('bert'), name: 'Bert' }
  const chat = { ...simChat('bert'), receiver: loginId('ally') }
  const direct: ChatSnapshot = {
    kind: 'direct',
    members: [{ user: bert }, { user: ally, powerLevel: 50 }],
    membersComplete: true,
    joinRule: 'invite',
  }
  const said: RemoteEvent = {
    kind: 'message',
    chat,
    id: remoteMessageId('m1'),
    timestampMs: 1_700_000_000_000,
    login: loginId('ally'),
    sender: bert,
    document: textDocument('hello you'),
    createPortal: direct,
  }

  async function loggedIn(stage: Stage): Promise<MatrixPerson & { bot: ManagementRoom }> {
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    stage.network.onOpen = (name) => (name === 'bert' ? { chat, snapshot: direct } : undefined)
    return Object.assign(alice, { bot: room })
  }

  const state = (alice: MatrixPerson, roomId: string, type: string) =>
    alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/${type}`)

  const directRooms = (alice: MatrixPerson) =>
    alice.request('GET', `/_matrix/client/v3/user/${alice.userId}/account_data/m.direct`)

  const setDirectRooms = (alice: MatrixPerson, content: Record<string, unknown>) =>
    alice.request('PUT', `/_matrix/client/v3/user/${alice.userId}/account_data/m.direct`, content)

  it('shows no hash: no canonical alias, and the bot is no member who counts', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await loggedIn(stage)
    await stage.network.ingest(said)
    const { room_id: roomId } = await alice.hear('hello you')
    assert.equal((await state(alice, roomId, 'm.room.canonical_alias'))['alias'], undefined)
    const members = (await state(alice, roomId, 'io.element.functional_members'))['service_members'] as string[]
    assert.ok(members.includes(bot))
    assert.ok(!members.includes('@sim_bert:test.local'))
    // What stands for the person themselves, where nobody acts for them, is no second partner.
    assert.ok(members.includes('@sim_ally:test.local'))
  })

  it('stands under direct messages, and what stood there stays', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await loggedIn(stage)
    const others = { '@carl:test.local': ['!other:test.local'], '@sim_bert:test.local': ['!older:test.local'] }
    await setDirectRooms(alice, others)
    await stage.network.ingest(said)
    const { room_id: roomId } = await alice.hear('hello you')
    await stage.settled()
    assert.deepEqual(await directRooms(alice), {
      ...others,
      '@sim_bert:test.local': ['!older:test.local', roomId],
    })
  })

  it('does not come back under direct messages once its person has taken it out', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await loggedIn(stage)
    await stage.network.ingest(said)
    const { room_id: roomId } = await alice.hear('hello you')
    await stage.settled()
    await setDirectRooms(alice, {})
    await stage.network.ingest({ ...said, id: remoteMessageId('m2'), document: textDocument('again') })
    await alice.hear('again', roomId)
    await stage.network.ingest({
      kind: 'snapshot',
      chat,
      id: remoteMessageId('s'),
      timestampMs: 1_700_000_000_001,
      login: loginId('ally'),
      snapshot: direct,
    })
    await stage.settled()
    assert.deepEqual(await directRooms(alice), {})
  })

  it('invites whom nobody acts for to a direct chat', async () => {
    await using stage = await open()
    const alice = await loggedIn(stage)
    await stage.network.ingest(said)
    await stage.settled()
    const sync = (await alice.request('GET', '/_matrix/client/v3/sync')) as {
      rooms: { invite: Record<string, { invite_state: { events: { state_key: string; content: object }[] } }> }
    }
    const [invited] = Object.values(sync.rooms.invite)
    const own = invited?.invite_state.events.find(({ state_key: who }) => who === alice.userId)
    assert.equal((own?.content as { is_direct?: boolean } | undefined)?.is_direct, true)
  })

  it('is mended where an earlier version made it', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await loggedIn(stage)
    await stage.network.ingest(said)
    const { room_id: roomId } = await alice.hear('hello you')
    await stage.settled()
    await makeAsBefore(stage, roomId)
    await setDirectRooms(alice, { '@carl:test.local': ['!other:test.local'] })
    await stage.restartBridge()
    await stage.settled()
    assert.equal((await state(alice, roomId, 'm.room.canonical_alias'))['alias'], undefined)
    assert.deepEqual((await state(alice, roomId, 'io.element.functional_members'))['service_members'], [bot])
    await stage.network.ingest({ ...said, id: remoteMessageId('m2'), document: textDocument('again') })
    await alice.hear('again', roomId)
    await stage.settled()
    assert.deepEqual(await directRooms(alice), {
      '@carl:test.local': ['!other:test.local'],
      '@sim_bert:test.local': [roomId],
    })
  })

  /** The room and what is noted of it, as they were. */
  async function makeAsBefore(stage: Stage, roomId: string): Promise<void> {
    const alias = '#sim_=made-before:test.local'
    await stage.asBot('PUT', `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`, { room_id: roomId })
    const at = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state`
    await stage.asBot('PUT', `${at}/m.room.canonical_alias/`, { alias })
    await stage.asBot('PUT', `${at}/io.element.functional_members/`, {})
    await stage.database.transaction(async (tx) => {
      await tx.run(`update bridge_portal set snapshot = '{}' where room_id = $1`, roomId)
    })
  }

  it('says where a chat without a public name is by a link, and not by a hash', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await loggedIn(stage)
    const { content } = await alice.bot.ask('start-chat bert', 'You are in')
    assert.match(String(content['body']), /https:\/\/matrix\.to\/#\/!/)
  })
})
