import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId } from '@pons/core'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const sentAt = 1_700_000_000_000

onEveryEngine('from the network to Matrix', (open) => {
  async function inRoom(stage: Stage, chat = 'garden'): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say(chat, 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join(`#sim_${chat}:test.local`)
    return { alice, roomId }
  }

  const base = (id: string, chat = 'garden') => ({
    chat: simChat(chat),
    id: remoteMessageId(id),
    timestampMs: sentAt,
  })
  const bert = { id: remoteUserId('bert'), name: 'bert' }

  it('makes the portal of a chat that nobody has opened, and says the message as the ghost, at its own time', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const [event] = (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message')
    assert.equal(event?.sender, '@sim_bert:test.local')
    assert.equal(event?.content['body'], 'first')
    assert.equal(event?.origin_server_ts, sentAt)
  })

  it('lets somebody go who came a moment ago', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const carl = { id: remoteUserId('carl'), name: 'carl' }
    for (let round = 0; round < 5; round++) {
      await stage.network.ingest([
        { ...base(`in ${round}`), kind: 'membership', user: carl, change: 'join' },
        { ...base(`out ${round}`), kind: 'membership', user: carl, change: 'kick', by: bert },
      ])
    }
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end')
    const changes = (await alice.history(roomId))
      .filter(({ type, state_key: who }) => type === 'm.room.member' && who === '@sim_carl:test.local')
      .map(({ content }) => content['membership'])
      .filter((membership) => membership !== 'invite')
    assert.deepEqual(changes, Array.from({ length: 5 }, () => ['join', 'leave']).flat())
  })

  it('keeps the order of a burst and ignores repeats', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const texts = Array.from({ length: 60 }, (_, index) => `line ${index}`)
    await Promise.all(
      texts.map((text, index) => stage.network.say('garden', index % 2 ? 'bert' : 'carl', text, `b${index}`)),
    )
    await Promise.all(texts.map((text, index) => stage.network.say('garden', 'bert', text, `b${index}`)))
    await alice.hear('line 59')
    await stage.settled()
    const bodies = (await alice.history(roomId))
      .map(({ content }) => content['body'])
      .filter((body) => body !== undefined)
    assert.deepEqual(bodies, ['first', ...texts])
  })

  describe('what a network leaves out stays as it was', () => {
    const picture = {
      ...textDocument('the caption'),
      media: {
        kind: 'image',
        fileName: 'a.png',
        mimeType: 'image/png',
        source: { mxc: 'mxc://test.local/picture' },
      },
    } as const

    for (const [name, document, body] of [
      ['a caption that changes', textDocument('mended'), 'mended'],
      ['a caption that goes', { kind: 'text', blocks: [] }, 'a.png'],
    ] as const) {
      it(`${name} leaves the picture`, async () => {
        await using stage = await open()
        const { alice, roomId } = await inRoom(stage)
        await stage.network.ingest({ ...base('p1'), kind: 'message', sender: bert, document: picture })
        const target = remoteMessageId('p1')
        await stage.network.ingest({ ...base('p2'), kind: 'edit', sender: bert, target, document, keepsMedia: true })
        await stage.settled()
        const events = await alice.history(roomId)
        const fresh = events.map(({ content }) => content['m.new_content']).find((one) => one !== undefined)
        assert.deepEqual(fresh, {
          msgtype: 'm.image',
          body,
          filename: 'a.png',
          url: 'mxc://test.local/picture',
          info: { mimetype: 'image/png' },
          'm.mentions': {},
        })
      })
    }

    it('new words for a text are words', async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      const edit = { target: remoteMessageId('m1'), document: textDocument('mended'), keepsMedia: true }
      await stage.network.ingest({ ...base('p2'), kind: 'edit', sender: bert, ...edit })
      await stage.settled()
      const fresh = (await alice.history(roomId)).map(({ content }) => content['m.new_content']).find(Boolean)
      assert.deepEqual(fresh, { msgtype: 'm.text', body: 'mended', 'm.mentions': {} })
    })

    it('a list of some who reacted takes back what is counted no more, and nothing else', async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      const target = remoteMessageId('m1')
      const carol = { id: remoteUserId('carol'), name: 'carol' }
      const dora = { id: remoteUserId('dora'), name: 'dora' }
      const react = async (id: string, sender: typeof carol, key: string) =>
        await stage.network.ingest({ ...base(id), kind: 'reaction', sender, target, key })
      await react('s1', carol, '👍')
      await react('s2', dora, '🎉')
      await react('s3', dora, '👍')
      const sync = { target, reactions: [{ sender: bert, keys: ['😀'] }], isComplete: false, keysLeft: ['😀', '👍'] }
      await stage.network.ingest({ ...base('s4'), kind: 'reaction-sync', ...sync })
      await stage.settled()
      const left = (await alice.history(roomId)).flatMap(({ type, content }) => {
        const relation = content['m.relates_to'] as { key?: string } | undefined
        return type === 'm.reaction' && relation?.key !== undefined ? [relation.key] : []
      })
      assert.deepEqual(left.toSorted(), ['👍', '👍', '😀'].toSorted())
    })
  })

  describe('an id that its sender chose names nobody else’s message', () => {
    for (const kind of ['edit', 'redaction'] as const) {
      it(`an ${kind} by another changes nothing`, async () => {
        await using stage = await open()
        const { alice, roomId } = await inRoom(stage)
        const mallory = { id: remoteUserId('mallory'), name: 'mallory' }
        const claim = { target: remoteMessageId('m1'), targetAuthor: mallory.id, document: textDocument('forged') }
        await stage.network.ingest({ ...base('x1'), kind, sender: mallory, ...claim })
        await stage.settled()
        const events = await alice.history(roomId)
        assert.ok(events.some(({ content }) => content['body'] === 'first'))
        assert.ok(!JSON.stringify(events).includes('forged'))
        const own = { target: remoteMessageId('m1'), targetAuthor: bert.id, document: textDocument('forged') }
        await stage.network.ingest({ ...base('x2'), kind, sender: bert, ...own })
        await stage.settled()
        const after = JSON.stringify(await alice.history(roomId))
        assert.ok(kind === 'edit' ? after.includes('forged') : !after.includes('"first"'))
      })
    }
  })

  it('carries replies, edits, reactions and their removal, and redactions', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const { network } = stage
    await network.ingest({
      ...base('r1'),
      kind: 'message',
      sender: bert,
      document: textDocument('answer'),
      replyTo: remoteMessageId('m1'),
    })
    await network.ingest({
      ...base('r2'),
      kind: 'edit',
      sender: bert,
      target: remoteMessageId('m1'),
      document: textDocument('first, mended'),
    })
    await network.ingest({ ...base('r3'), kind: 'reaction', sender: bert, target: remoteMessageId('r1'), key: '👍' })
    await network.ingest({ ...base('r4'), kind: 'reaction', sender: bert, target: remoteMessageId('r1'), key: '🎉' })
    await network.ingest({
      ...base('r5'),
      kind: 'reaction-removal',
      sender: bert,
      target: remoteMessageId('r1'),
      key: '👍',
    })
    await network.ingest({ ...base('r6'), kind: 'redaction', sender: bert, target: remoteMessageId('r1') })
    await stage.settled()
    const events = await alice.history(roomId)
    const first = events.find(({ content }) => content['body'] === 'first')
    const reply = events.find(
      ({ content }) => (content['m.relates_to'] as { 'm.in_reply_to'?: object })?.['m.in_reply_to'],
    )
    const edit = events.find(
      ({ content }) => (content['m.relates_to'] as { rel_type?: string })?.rel_type === 'm.replace',
    )
    const reactions = events.filter(({ type }) => type === 'm.reaction')
    const redactions = events.filter(({ type }) => type === 'm.room.redaction')
    assert.equal(reply, undefined, 'the reply was redacted')
    assert.deepEqual(edit?.content['m.relates_to'], { rel_type: 'm.replace', event_id: first?.event_id })
    // Of what she heard of it nothing need be left: it may have been taken back before her sync.
    const answered = events.find(({ type, content }) => type === 'm.room.message' && !('body' in content))?.event_id
    assert.ok(answered !== undefined)
    assert.deepEqual(
      redactions.map(({ redacts, content }) => redacts ?? content['redacts']),
      [reactions[0]?.event_id, answered],
    )
    assert.deepEqual(
      reactions.map(({ content }) => content['m.relates_to']),
      [undefined, { rel_type: 'm.annotation', event_id: answered, key: '🎉' }],
    )
  })

  it('follows joins, leaves, kicks and changes of name', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const { network } = stage
    const carl = { id: remoteUserId('carl'), name: 'carl' }
    await network.ingest({ ...base('j1'), kind: 'membership', user: carl, change: 'join' })
    await network.ingest({
      ...base('j2'),
      kind: 'rename',
      from: carl.id,
      to: { id: remoteUserId('karl'), name: 'karl' },
    })
    await network.ingest({ ...base('j3'), kind: 'membership', user: bert, change: 'leave', reason: 'bye' })
    await network.ingest({
      ...base('j4'),
      kind: 'membership',
      user: { id: remoteUserId('karl') },
      change: 'kick',
      by: bert,
      reason: 'rude',
    })
    await stage.settled()
    const members = (await alice.history(roomId))
      .filter(({ type, state_key: key }) => type === 'm.room.member' && key?.startsWith('@sim_'))
      .map(({ state_key: key, content }) => `${key} ${String(content['membership'])}`)
    assert.deepEqual(members, [
      '@sim_bert:test.local join',
      '@sim_carl:test.local join',
      '@sim_karl:test.local join',
      '@sim_carl:test.local leave',
      '@sim_bert:test.local leave',
      '@sim_karl:test.local leave',
    ])
  })

  it('reconciles a snapshot with the fewest changes, and changes nothing the second time', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const snapshot = {
      kind: 'channel' as const,
      name: 'The garden',
      topic: 'plants',
      sendLevel: 1,
      members: [
        { user: { id: remoteUserId('carl'), name: 'carl' }, powerLevel: 50 },
        { user: { id: remoteUserId('dora'), name: 'dora' } },
      ],
      membersComplete: true,
    }
    await stage.network.ingest({ ...base('s1'), kind: 'snapshot', snapshot })
    await stage.settled()
    const before = await alice.history(roomId)
    await stage.network.ingest({ ...base('s2'), kind: 'snapshot', snapshot })
    await stage.settled()
    const state = async (type: string, key = '') =>
      await alice.request(
        'GET',
        `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(key)}`,
      )
    assert.equal((await state('m.room.topic'))['topic'], 'plants')
    assert.equal((await state('m.room.name'))['name'], 'The garden')
    const levels = await state('m.room.power_levels')
    assert.equal(levels['events_default'], 1)
    assert.equal((levels['users'] as Record<string, number>)['@sim_carl:test.local'], 50)
    assert.equal((await state('m.room.member', '@sim_bert:test.local'))['membership'], 'leave')
    assert.equal((await alice.history(roomId)).length, before.length)
  })

  it('shows what a logged-in person wrote elsewhere as their own', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await inRoom(stage)
    const bot = await alice.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await alice.see(({ content }) => String(content['body']).startsWith('Hello.'), 'the greeting')
    for (const [question, answer] of [
      ['Name', 'login password'],
      ['Password', 'alice-over-there'],
      ['Logged in', 'secret'],
    ] as const) {
      await alice.say(bot, answer)
      await alice.see(({ content }) => String(content['body']).includes(question), question)
    }
    const [login] = stage.bridge().connections()
    assert.equal(login?.name, 'alice-over-there')
    await stage.network.ingest({
      ...base('p1'),
      kind: 'message',
      login: login!.login!,
      sender: { id: remoteUserId('alice-over-there') },
      document: textDocument('from my phone'),
    })
    const seen = await alice.hear('from my phone', roomId)
    assert.equal(seen.sender, alice.userId)
    // By the time a later line has arrived, the earlier one would have.
    await alice.say(roomId, 'from here')
    await stage.network.arrival(({ text }) => text === 'from here')
    const arrived = stage.network.fromMatrix('garden').map(({ text }) => text)
    assert.deepEqual(arrived, ['from here'], 'it is not sent back')
    const passwords = (await alice.history(bot)).filter(({ content }) => content['body'] === 'secret')
    assert.equal(passwords.length, 0, 'the password does not stay readable')
  })

  it('delivers what is around a message that the room refuses, and keeps that one', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await stage.network.say('garden', 'carl', 'before the ban')
    await stage.settled()
    const banned = await stage.homeserver.dispatch({
      method: 'POST',
      url: `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/ban`,
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { user_id: '@sim_carl:test.local' },
    })
    assert.equal(banned.status, 200)
    const said = (id: string, from: string) => stage.network.say('garden', from, `${from} ${id}`, id)
    await Promise.all([said('a', 'bert'), said('b', 'carl'), said('c', 'bert')])
    await alice.hear('bert c')
    const bodies = (await alice.history(roomId)).map(({ content }) => String(content['body']))
    assert.equal(bodies.at(-3), 'bert a')
    assert.match(bodies.at(-2) ?? '', /^⚠ A message of carl/)
    assert.equal(bodies.at(-1), 'bert c')
    assert.equal((await stage.bridge().backlog()).parked, 1)
  })

  it('shows a stopgap for a name only as long as there is none', async () => {
    await using stage = await open()
    const dora = { id: remoteUserId('dora') }
    const says = async (id: string, names: object): Promise<unknown> => {
      const event = { ...base(id), kind: 'message', sender: { ...dora, ...names }, document: textDocument(id) } as const
      await stage.network.ingest({ ...event, createPortal: { kind: 'group', name: 'garden', joinRule: 'public' } })
      await stage.settled()
      const path = '/_matrix/client/v3/profile/%40sim_dora%3Atest.local'
      return ((await stage.asBot('GET', path)) as { displayname?: string }).displayname
    }
    assert.equal(await says('first', { stopgapName: 'dora_1' }), 'dora_1')
    assert.equal(await says('second', { name: 'Dora' }), 'Dora')
    assert.equal(await says('third', { stopgapName: 'dora_1' }), 'Dora')
  })
})
