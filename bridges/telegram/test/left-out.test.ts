import assert from 'node:assert/strict'
import { plainText, type ChatSnapshot, type RemoteEvent } from '@pons/core'
import type { Media, Person, TlObject } from '@pons/test/telegram'
import { chatKeyOf, loginIdOf } from '../src/ids.ts'
import { phone, startAdapter } from './support.ts'

/** What Telegram leaves out is as it was; what it says is gone is gone. */
describe('what Telegram leaves out', function () {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob', username: 'bobby' })
    const login = loginIdOf(ada.id.toString())
    const photoOf = (name: string) => server.world.storeFile(Buffer.from(`picture ${name}`), 2)
    bob.photo = photoOf('of Bob')
    const group = server.addGroup('Friends', [bob, ada])
    const club = server.addChannel('Club', [bob, ada])
    club.about = 'what it is about'
    group.photo = photoOf('of the group')
    club.photo = photoOf('of the club')
    server.world.post({ author: bob, chat: ada, text: 'from before' })
    const client = await adapter.connect(ada)
    await adapter.host.waitFor(({ chat }) => chat.chat === `c${club.id}`)
    const heard = async (
      text: string,
      author: Person = bob,
      chat: Parameters<typeof server.world.post>[0]['chat'] = club,
    ) => {
      server.world.post({ author, chat, text })
      const event = await adapter.host.waitFor((one) => one.kind === 'message' && plainText(one.document) === text)
      assert.ok(event.kind === 'message')
      return event
    }
    return {
      adapter,
      server,
      ada,
      bob,
      group,
      club,
      photoOf,
      heard,
      snapshot: async (chat: { kind: 'group' | 'channel'; id: bigint }): Promise<ChatSnapshot> =>
        await client.chatSnapshot(chatKeyOf(`${chat.kind === 'group' ? 'g' : 'c'}${chat.id}`, login)),
      [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose](),
    }
  }

  const empty = { _: 'userProfilePhotoEmpty' }
  const fallback = { min: true, username: undefined, first_name: 'B', photo: undefined }

  for (const [what, told] of [
    ['a reduced object', fallback],
    ['a reduced object that says none', { ...fallback, photo: empty }],
    ['an object without the account’s own hash', { access_hash: undefined, photo: undefined, first_name: 'B' }],
  ] as const) {
    it(`is as it was: ${what} of a person`, async () => {
      await using scene = await stage()
      const { bob, heard } = scene
      const before = (await heard('whole')).sender
      assert.equal(before.avatar?.id, bob.photo?.id.toString())
      bob.told = told
      assert.deepEqual((await heard('in part')).sender, before)
    })
  }

  for (const [what, told] of [
    ['says so', { photo: empty }],
    ['has none', { photo: undefined }],
  ] as const) {
    it(`is not what was taken away: a person’s picture, where the whole object ${what}, after a restart, too`, async () => {
      await using scene = await stage()
      const { adapter, bob, heard, photoOf } = scene
      assert.equal((await heard('with a picture')).sender.avatar?.id, bob.photo?.id.toString())
      await adapter.restart()
      bob.told = told
      assert.equal((await heard('without')).sender.avatar, null)
      await adapter.restart()
      assert.equal((await heard('still without')).sender.avatar, null)
      bob.told = undefined
      bob.photo = photoOf('of Bob, another one')
      assert.equal((await heard('with another')).sender.avatar?.id, bob.photo.id.toString())
    })
  }

  it('may be what is not shown to this account: the picture of somebody who never had one here', async () => {
    await using scene = await stage()
    const { server, heard, club } = scene
    const carol = server.addPerson({ firstName: 'Carol' })
    club.members.set(carol.id, { person: carol, isAdmin: false, isCreator: false })
    assert.equal((await heard('hidden', carol)).sender.avatar, undefined)
  })

  it('is no name: of somebody who has one', async () => {
    await using scene = await stage()
    const { adapter, bob, heard } = scene
    bob.told = { first_name: undefined, username: undefined }
    assert.equal((await heard('without a name')).sender.name, 'Bob')
    await adapter.restart()
    assert.equal((await heard('without a name, later')).sender.name, 'Bob')
    bob.told = { first_name: undefined, username: undefined, deleted: true }
    assert.equal((await heard('deleted')).sender.name, 'Deleted account')
  })

  for (const kind of ['group', 'club'] as const) {
    it(`is not what was taken away: the picture of a ${kind}`, async () => {
      await using scene = await stage()
      const chat = scene[kind]
      assert.equal((await scene.snapshot(chat)).avatar?.id, chat.photo?.id.toString())
      chat.told = { photo: { _: 'chatPhotoEmpty' } }
      assert.equal((await scene.snapshot(chat)).avatar, null)
    })
  }

  it('is as it was: a reduced object of a channel, and one that nobody may look into', async () => {
    await using scene = await stage()
    const { club, snapshot } = scene
    const before = await snapshot(club)
    club.told = { min: true, title: 'C', photo: { _: 'chatPhotoEmpty' }, broadcast: true }
    const { avatar, name, kind, sendLevel } = await snapshot(club)
    assert.deepEqual([avatar, name, kind, sendLevel], [before.avatar, before.name, before.kind, before.sendLevel])
  })

  it('is nobody’s place: where a group’s members are not shown', async () => {
    await using scene = await stage()
    const { server, group, snapshot } = scene
    server.faults.onAnswer('messages.getFullChat', (answer) => {
      const participants = { _: 'chatParticipantsForbidden', chat_id: group.id }
      return { ...answer, full_chat: { ...(answer['full_chat'] as TlObject), participants } }
    })
    const { members, membersComplete } = await snapshot(group)
    assert.deepEqual([members, membersComplete], [[], false])
  })

  it('is nobody’s place: where a supergroup’s list is shorter than its count, or not shown', async () => {
    await using scene = await stage()
    const { server, club, snapshot } = scene
    assert.equal((await snapshot(club)).membersComplete, true)
    let shown = 1
    server.faults.onAnswer('channels.getParticipants', (answer) => ({
      ...answer,
      participants: (answer['participants'] as TlObject[]).slice(0, shown--),
    }))
    const listed = await snapshot(club)
    assert.deepEqual([listed.members?.length, listed.membersComplete], [1, false])
    server.faults.onAnswer('channels.getParticipants', () => ({ _: 'channels.channelParticipantsNotModified' }))
    const unchanged = await snapshot(club)
    assert.deepEqual([unchanged.membersComplete, unchanged.topic], [false, 'what it is about'])
  })

  it('is told of the account itself, where a channel shows no members: its own rank', async () => {
    await using scene = await stage()
    const { server, club, snapshot } = scene
    server.faults.onAnswer('channels.getFullChannel', (answer) => ({
      ...answer,
      full_chat: { ...(answer['full_chat'] as TlObject), can_view_participants: false },
    }))
    const { members, membersComplete, topic } = await snapshot(club)
    assert.deepEqual(
      members?.map(({ powerLevel }) => powerLevel),
      [0],
    )
    assert.deepEqual([membersComplete, topic], [false, 'what it is about'])
  })

  it('is no topic: of a channel that this account never met', async () => {
    await using scene = await stage()
    const { server, bob, snapshot } = scene
    const { topic, sendLevel, membersComplete, avatar } = await snapshot(server.addChannel('Others', [bob]))
    assert.deepEqual([topic, sendLevel, membersComplete, avatar], [undefined, undefined, false, undefined])
  })

  const option = (text: string) => ({
    _: 'pollAnswer',
    text: { _: 'textWithEntities', text, entities: [] },
    option: Buffer.from(text),
  })
  const poll = (results: TlObject): Media => ({
    tl: {
      _: 'messageMediaPoll',
      poll: {
        _: 'poll',
        id: 1n,
        question: { _: 'textWithEntities', text: 'When?', entities: [] },
        answers: [option('now'), option('later')],
      },
      results,
    },
  })
  const votes = (count: number): TlObject => ({
    _: 'pollResults',
    results: ['now', 'later'].map((text) => ({ _: 'pollAnswerVoters', option: Buffer.from(text), voters: count })),
  })
  const geo = (lat: number): TlObject => ({ _: 'geoPoint', lat, long: 2.5, access_hash: 0n })
  const live = (point: TlObject): Media => ({ tl: { _: 'messageMediaGeoLive', geo: point, period: 900 } })
  const photo = (fields: TlObject): Media => ({ tl: { ...fields } })

  /** The edits that come of what a message turns into, one after another. */
  async function edits(media: Media, text: string, changes: readonly { media?: Media; text?: string }[]) {
    await using scene = await stage()
    const { server, adapter, ada, bob, heard } = scene
    const post = server.world.post({ author: bob, chat: ada, text, media })
    for (const change of changes) {
      server.shiftClock(2)
      server.world.edit(post, change)
    }
    await heard('that was it')
    return adapter.host.events.flatMap((event): Extract<RemoteEvent, { kind: 'edit' }>[] =>
      event.kind === 'edit' ? [event] : [],
    )
  }

  it('is no vote: a poll without results says nothing new', async () => {
    const none = { _: 'pollResults' }
    const found = await edits(poll(none), '', [
      { media: poll(none) },
      { media: poll(votes(3)) },
      { media: poll(none) },
      { media: poll(votes(4)) },
    ])
    assert.deepEqual(
      found.map(({ document, needsTarget }) => [plainText(document), needsTarget]),
      [
        ['📊 When?\n\n• now (3)\n• later (3)', true],
        ['📊 When?\n\n• now (4)\n• later (4)', true],
      ],
    )
  })

  it('is no place: a live one that has ended stays where it was last', async () => {
    const ended = live({ _: 'geoPointEmpty' })
    const found = await edits(live(geo(1.5)), '', [{ media: live(geo(3.5)) }, { media: ended }])
    assert.deepEqual(
      found.map(({ document, needsTarget }) => [document.location?.latitude, needsTarget]),
      [[3.5, true]],
    )
  })

  it('is no picture: one that has expired stays, and its caption changes without it', async () => {
    const expired = photo({ _: 'messageMediaPhoto', ttl_seconds: 10 })
    const unknown = photo({ _: 'messageMediaUnsupported' })
    const found = await edits(expired, 'old', [
      { media: expired, text: 'mended' },
      { media: unknown, text: 'again' },
    ])
    assert.deepEqual(
      found.map(({ document, keepsMedia }) => [plainText(document), keepsMedia]),
      [
        ['mended', true],
        ['again', true],
      ],
    )
    assert.deepEqual(await edits(expired, '', [{ media: expired }, { media: unknown }]), [])
  })
})
