// A client of the most used library talks to the server over HTTP: what it believes afterwards is what must be true.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configWith, startHomeserver, type Homeserver } from '@pons/homeserver'
import {
  ClientEvent,
  createClient,
  Direction,
  EventType,
  Filter,
  MatrixError,
  Method,
  MsgType,
  Preset,
  ReceiptType,
  RelationType,
  SyncState,
  Visibility,
  type AccountDataEvents,
  type MatrixClient,
  type Room,
} from 'matrix-js-sdk'
import { logger as libraryLogger, type Logger } from 'matrix-js-sdk/lib/logger.js'
import { pino } from 'pino'

const nothing = (): void => {}
/** The library never clears the timer of a long poll that it gave up, which would keep the test run waiting for it. */
function unrefLongTimers(): () => void {
  const original: typeof setTimeout = globalThis.setTimeout
  globalThis.setTimeout = ((run: () => void, delayMs?: number) => {
    const timer = original(run, delayMs)
    return (delayMs ?? 0) > 60_000 ? timer.unref() : timer
  }) as typeof setTimeout
  return () => (globalThis.setTimeout = original)
}

const silent: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  getChild: () => silent,
}

describe('matrix-js-sdk', () => {
  let folder: string
  let homeserver: Homeserver
  let alice: MatrixClient
  let bob: MatrixClient
  const clients: MatrixClient[] = []
  let restoreTimers = nothing

  before(async () => {
    restoreTimers = unrefLongTimers()
    // Parts of the library log by themselves, whatever logger they were given.
    const noisy = libraryLogger as unknown as { methodFactory: unknown; rebuild(): void }
    noisy.methodFactory = () => nothing
    noisy.rebuild()
    folder = await mkdtemp(join(tmpdir(), 'pons-sdk-'))
    homeserver = await startHomeserver({
      config: configWith({
        server_name: 'example.org',
        database: `sqlite:${join(folder, 'homeserver.db')}`,
        listeners: [{ host: '127.0.0.1', port: 0 }],
        registration: { open: true },
        password_hashing: 'cheap',
        media: { folder: join(folder, 'media'), max_upload_bytes: 100_000 },
      }),
      logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    })
    alice = await register('alice')
    bob = await register('bob')
  })

  after(async () => {
    for (const client of clients) client.stopClient()
    restoreTimers()
    await homeserver[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  function client(session: { access_token?: string; user_id?: string; device_id?: string } = {}): MatrixClient {
    const { access_token: accessToken, user_id: userId, device_id: deviceId } = session
    return createClient({
      baseUrl: homeserver.urls[0]!,
      logger: silent,
      ...(accessToken !== undefined && { accessToken }),
      ...(userId !== undefined && { userId }),
      ...(deviceId !== undefined && { deviceId }),
    })
  }

  /** As a person does it: asked for a stage, going through it, then logging in and starting to sync. */
  async function register(name: string): Promise<MatrixClient> {
    const anonymous = client()
    const asked: unknown = await anonymous
      .registerRequest({ username: name, password: `password of ${name}`, inhibit_login: true })
      .catch((error: unknown) => error)
    assert.ok(asked instanceof MatrixError)
    assert.equal(asked.httpStatus, 401)
    const { session, flows } = asked.data as { session: string; flows: { stages: string[] }[] }
    assert.deepEqual(flows, [{ stages: ['m.login.dummy'] }])
    await anonymous.registerRequest({
      username: name,
      password: `password of ${name}`,
      inhibit_login: true,
      auth: { type: 'm.login.dummy', session },
    })
    const identifier = { type: 'm.id.user', user: name }
    const login = await anonymous.loginRequest({
      type: 'm.login.password',
      identifier,
      password: `password of ${name}`,
    })
    const made = client(login)
    clients.push(made)
    const prepared = new Promise<void>((resolve) => {
      made.on(ClientEvent.Sync, (state) => state === SyncState.Prepared && resolve())
    })
    await made.startClient({ lazyLoadMembers: true, initialSyncLimit: 20, pollTimeout: 10_000 })
    await prepared
    return made
  }

  /** Looks again with every sync until the client believes it. */
  async function eventually<T>(of: MatrixClient, look: () => T | undefined | false | null): Promise<T> {
    for (;;) {
      const synced = new Promise<void>((resolve) => of.once(ClientEvent.Sync, () => resolve()))
      const found = look()
      if (found) return found
      await synced
    }
  }

  async function sharedRoom(name: string): Promise<{ roomId: string; ofAlice: Room; ofBob: Room }> {
    const { room_id: roomId } = await alice.createRoom({ name, preset: Preset.PublicChat, invite: [bob.getUserId()!] })
    await eventually(bob, () => bob.getRoom(roomId)?.getMyMembership() === 'invite')
    await bob.joinRoom(roomId)
    const ofAlice = await eventually(alice, () => alice.getRoom(roomId))
    const ofBob = await eventually(bob, () => bob.getRoom(roomId)?.getMyMembership() === 'join' && bob.getRoom(roomId))
    return { roomId, ofAlice, ofBob }
  }

  const event = (room: Room, eventId: string) => room.findEventById(eventId)

  it('finds what the server supports', async () => {
    assert.ok(await alice.isVersionSupported('v1.11'))
    assert.equal((await alice.getCapabilities())['m.change_password']?.enabled, true)
    assert.equal((await alice.whoami()).user_id, '@alice:example.org')
  })

  it('makes a room, invites, joins, and reads state and members', async () => {
    const { roomId, ofBob } = await sharedRoom('First')
    assert.equal(ofBob.name, 'First')
    assert.equal(ofBob.getJoinedMemberCount(), 2)
    await ofBob.loadMembersIfNeeded()
    assert.deepEqual(
      ofBob
        .getJoinedMembers()
        .map(({ userId }) => userId)
        .sort(),
      ['@alice:example.org', '@bob:example.org'],
    )
    assert.deepEqual(await bob.getStateEvent(roomId, 'm.room.name', ''), { name: 'First' })
    const state = await bob.roomState(roomId)
    assert.ok(state.some(({ type }) => type === 'm.room.power_levels'))
    const joined = await bob.getJoinedRoomMembers(roomId)
    assert.deepEqual(Object.keys(joined.joined).sort(), ['@alice:example.org', '@bob:example.org'])
  })

  it('sends, edits, reacts and redacts', async () => {
    const { roomId, ofBob } = await sharedRoom('Talk')
    const { event_id: first } = await alice.sendTextMessage(roomId, 'helo')
    await alice.sendMessage(roomId, {
      msgtype: MsgType.Text,
      body: '* hello',
      'm.new_content': { msgtype: MsgType.Text, body: 'hello' },
      'm.relates_to': { rel_type: RelationType.Replace, event_id: first },
    })
    await eventually(bob, () => event(ofBob, first)?.getContent()['body'] === 'hello')
    const { event_id: reaction } = await bob.sendEvent(roomId, EventType.Reaction, {
      'm.relates_to': { rel_type: RelationType.Annotation, event_id: first, key: '👍' },
    })
    const relations = await alice.relations(roomId, first, RelationType.Annotation, EventType.Reaction)
    assert.deepEqual(
      relations.events.map((of) => of.getId()),
      [reaction],
    )
    await bob.redactEvent(roomId, reaction)
    await alice.redactEvent(roomId, first, undefined, { reason: 'wrong' })
    await eventually(bob, () => event(ofBob, first)?.isRedacted())
    const fetched = await bob.fetchRoomEvent(roomId, first)
    assert.deepEqual(fetched.content, {})
  })

  it('sends again what it could not know was sent, once', async () => {
    const { roomId } = await sharedRoom('Twice')
    const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/my-transaction`
    const send = (): Promise<{ event_id: string }> =>
      alice.http.authedRequest(Method.Put, path, undefined, { msgtype: MsgType.Text, body: 'once' })
    assert.equal((await send()).event_id, (await send()).event_id)
  })

  it('pages back to the beginning', async () => {
    const { roomId, ofBob } = await sharedRoom('Long')
    const sent: string[] = []
    for (let i = 0; i < 45; i++) sent.push((await alice.sendTextMessage(roomId, `message ${i}`)).event_id)
    await eventually(bob, () => event(ofBob, sent.at(-1)!))
    const timeline = ofBob.getLiveTimeline()
    while (timeline.getPaginationToken(Direction.Backward)) {
      await bob.paginateEventTimeline(timeline, { backwards: true, limit: 10 })
    }
    const messages = timeline.getEvents().filter((of) => of.getType() === 'm.room.message')
    assert.deepEqual(
      messages.map((of) => of.getId()),
      sent,
    )
    assert.equal(timeline.getEvents()[0]?.getType(), 'm.room.create')
  })

  it('syncs lazily: members who said nothing are not sent', async () => {
    const { roomId } = await sharedRoom('Lazy')
    const others = ['lazy1', 'lazy2', 'lazy3']
    for (const name of others) {
      const other = client(await registered(name))
      await other.joinRoom(roomId)
    }
    for (let i = 0; i < 25; i++) await alice.sendTextMessage(roomId, `more ${i}`)
    const login = await client().loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'bob' },
      password: 'password of bob',
    })
    const fresh = client(login)
    clients.push(fresh)
    const filter = Filter.fromJson(login.user_id, 'f', {
      room: { timeline: { limit: 5, types: ['m.room.message'] }, state: { lazy_load_members: true } },
    })
    const prepared = new Promise<void>((resolve) => {
      fresh.on(ClientEvent.Sync, (state) => state === SyncState.Prepared && resolve())
    })
    await fresh.startClient({ lazyLoadMembers: true, initialSyncLimit: 5, filter, pollTimeout: 1000 })
    await prepared
    const room = fresh.getRoom(roomId)!
    const known = room.getMembers().map(({ userId }) => userId)
    for (const name of others) assert.ok(!known.includes(`@${name}:example.org`), `${name} was sent`)
    assert.ok(known.includes('@alice:example.org'))
    assert.equal(room.getJoinedMemberCount(), 5)
    await room.loadMembersIfNeeded()
    assert.equal(room.getJoinedMembers().length, 5)
  })

  async function registered(name: string): Promise<{ access_token: string; user_id: string; device_id: string }> {
    const answer = await client().registerRequest({
      username: name,
      password: `password of ${name}`,
      auth: { type: 'm.login.dummy' },
    })
    return answer as { access_token: string; user_id: string; device_id: string }
  }

  it('sets a profile, which reaches the room', async () => {
    const { ofBob } = await sharedRoom('Names')
    await alice.setDisplayName('Alice the First')
    await eventually(bob, () => ofBob.getMember('@alice:example.org')?.name === 'Alice the First')
    assert.equal((await bob.getProfileInfo('@alice:example.org')).displayname, 'Alice the First')
  })

  it('uploads and downloads media', async () => {
    const bytes = new Uint8Array([1, 2, 3, 4, 250])
    const { content_uri: uri } = await alice.uploadContent(new Blob([bytes]), {
      name: 'five.bin',
      type: 'application/x-five',
    })
    const url = bob.mxcUrlToHttp(uri, undefined, undefined, undefined, false, true, true)!
    const answer = await fetch(url, { headers: { authorization: `Bearer ${bob.getAccessToken()}` } })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/x-five')
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes)
    assert.equal((await alice.getMediaConfig(true))['m.upload.size'], 100_000)
  })

  it('tells of typing and of what was read', async () => {
    const { roomId, ofAlice, ofBob } = await sharedRoom('Read')
    await bob.sendTyping(roomId, true, 20_000)
    await eventually(alice, () => ofAlice.getMember('@bob:example.org')?.typing)
    const { event_id: eventId } = await alice.sendTextMessage(roomId, 'read me, bob')
    await eventually(bob, () => event(ofBob, eventId))
    await eventually(bob, () => ofBob.getUnreadNotificationCount() > 0)
    await bob.sendReceipt(event(ofBob, eventId)!, ReceiptType.Read, {}, true)
    await eventually(alice, () => ofAlice.hasUserReadEvent('@bob:example.org', eventId))
    await eventually(bob, () => ofBob.getUnreadNotificationCount() === 0)
    await bob.sendTyping(roomId, false, 0)
    await eventually(alice, () => !ofAlice.getMember('@bob:example.org')?.typing)
  })

  it('keeps account data, tags and push rules', async () => {
    const { roomId, ofAlice } = await sharedRoom('Data')
    await alice.setAccountData('org.example.thing' as keyof AccountDataEvents, { a: ['b'] } as never)
    await eventually(alice, () => alice.getAccountData('org.example.thing' as keyof AccountDataEvents)?.getContent())
    await alice.setRoomTag(roomId, 'm.favourite', { order: 0.5 })
    await eventually(alice, () => ofAlice.tags['m.favourite'])
    await alice.setRoomMutePushRule('global', roomId, true)
    await eventually(alice, () => alice.getRoomPushRule('global', roomId)?.rule_id === roomId)
  })

  it('finds rooms by alias and in the directory', async () => {
    const { room_id: roomId } = await alice.createRoom({
      name: 'Found',
      room_alias_name: 'found',
      visibility: Visibility.Public,
      preset: Preset.PublicChat,
    })
    assert.equal((await bob.getRoomIdForAlias('#found:example.org')).room_id, roomId)
    const { chunk } = await bob.publicRooms({ filter: { generic_search_term: 'found' } })
    assert.deepEqual(
      chunk.map((room) => [room.room_id, room.canonical_alias]),
      [[roomId, '#found:example.org']],
    )
    await bob.joinRoom('#found:example.org')
    await alice.createAlias('#other:example.org', roomId)
    await alice.deleteAlias('#other:example.org')
    await assert.rejects(bob.getRoomIdForAlias('#other:example.org'), { errcode: 'M_NOT_FOUND' })
  })

  it('leaves, is kicked and banned', async () => {
    const { roomId, ofAlice, ofBob } = await sharedRoom('Out')
    await bob.leave(roomId)
    await eventually(alice, () => ofAlice.getMember('@bob:example.org')?.membership === 'leave')
    await eventually(bob, () => ofBob.getMyMembership() === 'leave')
    await bob.joinRoom(roomId)
    await alice.kick(roomId, '@bob:example.org', 'out')
    await alice.ban(roomId, '@bob:example.org')
    await eventually(bob, () => ofBob.getMyMembership() === 'ban')
    await assert.rejects(bob.joinRoom(roomId), { errcode: 'M_FORBIDDEN' })
    await alice.unban(roomId, '@bob:example.org')
    await bob.joinRoom(roomId)
  })

  it('lists devices, deletes one with the password, and logs out', async () => {
    const session = await client().loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'alice' },
      password: 'password of alice',
    })
    const { devices } = await alice.getDevices()
    assert.ok(devices.some((device) => device.device_id === session.device_id))
    const asked: unknown = await alice.deleteDevice(session.device_id).catch((error: unknown) => error)
    assert.ok(asked instanceof MatrixError && asked.httpStatus === 401)
    await alice.deleteDevice(session.device_id, {
      type: 'm.login.password',
      session: (asked.data as { session: string }).session,
      identifier: { type: 'm.id.user', user: 'alice' },
      password: 'password of alice',
    })
    await assert.rejects(client(session).whoami(), { errcode: 'M_UNKNOWN_TOKEN' })
    const last = client(await registered('leaver'))
    await last.logout(true)
    await assert.rejects(last.whoami(), { errcode: 'M_UNKNOWN_TOKEN' })
  })
})
