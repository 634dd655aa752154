import assert from 'node:assert/strict'
import {
  loginId,
  remoteMessageId,
  remoteUserId,
  type Inline,
  type MessageDocument,
  type RemoteMessage,
} from '@pons/core'
import { ManagementRoom, simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bert = { id: remoteUserId('bert'), name: 'bert' }
const paragraph = (...children: Inline[]): MessageDocument => ({
  kind: 'text',
  blocks: [{ type: 'paragraph', children }],
})
let count = 0
const text = (words: string): Inline => ({ type: 'text', text: words })

onEveryEngine('mentions mean the Matrix user', (open) => {
  const message = (id: string, document: MessageDocument, more: Partial<RemoteMessage> = {}): RemoteMessage => ({
    kind: 'message',
    chat: simChat('garden'),
    id: remoteMessageId(id),
    timestampMs: 1_700_000_000_000,
    sender: bert,
    document,
    ...more,
  })

  async function inRoom(stage: Stage, ...people: MatrixPerson[]): Promise<string> {
    await stage.network.say('garden', 'bert', 'first', 'first')
    await stage.settled()
    let roomId = ''
    for (const person of people) roomId = await person.join('#sim_garden:test.local')
    await heardOf(stage)
    return roomId
  }

  /** What happened in Matrix has come to the bridge, who is in the room among it. */
  async function heardOf(stage: Stage): Promise<void> {
    const isWaiting = async (): Promise<boolean> =>
      (await stage.homeserver.appservices.status()).some(({ queuedItems }) => queuedItems > 0)
    while (await isWaiting()) await new Promise(setImmediate)
    await stage.settled()
  }

  const mentionsOf = async (
    stage: Stage,
    reader: MatrixPerson,
    document: MessageDocument,
    more = {},
  ): Promise<unknown> => {
    const id = `m${++count}`
    await stage.network.ingest(message(id, document, more))
    await stage.settled()
    const said = (await reader.history(await reader.join('#sim_garden:test.local'))).filter(
      ({ type }) => type === 'm.room.message',
    )
    return said.at(-1)?.content['m.mentions']
  }

  it('of the owner of a login, in words, edits and quotes, and not of their ghost', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    const roomId = await inRoom(stage, alice)
    const ally: Inline = { type: 'mention', target: '@sim_ally:test.local', text: 'Ally' }
    const carl: Inline = { type: 'mention', target: '@sim_carl:test.local', text: 'Carl' }
    const both = paragraph(ally, text(' and '), carl)
    assert.deepEqual(await mentionsOf(stage, alice, both), { user_ids: [alice.userId, '@sim_carl:test.local'] })
    const quote: MessageDocument = { kind: 'text', blocks: [{ type: 'quote', children: both.blocks }] }
    assert.deepEqual(await mentionsOf(stage, alice, quote), { user_ids: [alice.userId, '@sim_carl:test.local'] })
    const event = (await alice.history(roomId)).findLast(({ type }) => type === 'm.room.message')
    assert.match(String(event?.content['formatted_body']), /matrix\.to\/#\/%40alice%3Atest\.local">Ally</)
    const edit = { kind: 'edit', target: remoteMessageId('first') } as const
    await stage.network.ingest({ ...message('e1', paragraph(ally, text('?'))), ...edit })
    await stage.network.ingest({ ...message('e2', paragraph(ally, text(' and '), carl)), ...edit })
    await stage.settled()
    const edits = (await alice.history(roomId)).filter(({ content }) => content['m.new_content'] !== undefined)
    assert.deepEqual(
      edits.map(({ content }) => [
        content['m.mentions'],
        (content['m.new_content'] as { 'm.mentions': unknown })['m.mentions'],
      ]),
      [
        [{ user_ids: [alice.userId] }, { user_ids: [alice.userId] }],
        [{ user_ids: ['@sim_carl:test.local'] }, { user_ids: [alice.userId, '@sim_carl:test.local'] }],
      ],
    )
    // Spoken of by another name of hers: she has one over there.
    assert.deepEqual(await mentionsOf(stage, alice, textDocument('alice: are you there?')), {})
  })

  it('of those who speak through the relay, by the name that it shows', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const dana = await stage.person('dana')
    const roomId = await inRoom(stage, alice, dana)
    await dana.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'Dana D. (she)' }, dana.userId)
    await heardOf(stage)
    const both = { user_ids: [alice.userId, dana.userId] }
    const hers = { user_ids: [alice.userId] }
    for (const [said, expected] of [
      ['alice: are you there?', hers],
      ['Where is ALICE', hers],
      ['ask @alice.', hers],
      ['malice, or alicent', {}],
      ['alice@example.org and https://example.org/alice', {}],
      ['alice and dana d. (she), please', both],
      ['dana?', {}],
      ['al\u200bice: hello', hers],
      ['nobody', {}],
      ['@alice:test.local: hello', hers],
      ['alice_: hello, alice|away', {}],
      ['ask malice-alice or alice-laptop', {}],
      ['alice_ says hello to _alice_', hers],
      ['alice - come', hers],
    ] as const)
      assert.deepEqual(await mentionsOf(stage, alice, textDocument(said)), expected, said)
    assert.deepEqual(await mentionsOf(stage, alice, { kind: 'text', blocks: [{ type: 'code', text: 'alice' }] }), {})
    await dana.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'Dee' }, dana.userId)
    await heardOf(stage)
    assert.deepEqual(await mentionsOf(stage, alice, textDocument('Dee!')), { user_ids: [dana.userId] })
  })

  it('of short names only where they are spoken to', async () => {
    await using stage = await open()
    const al = await stage.person('al')
    await inRoom(stage, al)
    for (const [said, isMentioned] of [
      ['al: hi', true],
      ['well\nal, come', true],
      ['so @al says', true],
      ['et al. say', false],
      ['al', false],
    ] as const)
      assert.deepEqual(
        await mentionsOf(stage, al, textDocument(said)),
        isMentioned ? { user_ids: [al.userId] } : {},
        said,
      )
  })

  it('of whose words are answered', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await inRoom(stage, alice)
    await alice.say(roomId, 'who?')
    const { id } = await stage.network.arrival((arrived) => arrived.text === 'who?')
    await stage.settled()
    const replyTo = remoteMessageId(id)
    assert.deepEqual(await mentionsOf(stage, alice, textDocument('me'), { replyTo }), { user_ids: [alice.userId] })
    assert.deepEqual(await mentionsOf(stage, alice, textDocument('me'), { replyTo: remoteMessageId('first') }), {})
  })

  it('counts in a run of messages, and where the owner is heard by another login', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await inRoom(stage, alice)
    await stage.network.ingest(
      ['alice: one', 'two', 'alice: three'].map((words, at) =>
        message(`run${at}`, textDocument(words), { login: loginId('x') }),
      ),
    )
    await alice.hear('alice: three', roomId)
    const said = (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message').slice(-3)
    const hers = { user_ids: [alice.userId] }
    assert.deepEqual(
      said.map(({ content }) => content['m.mentions']),
      [hers, {}, hers],
    )
  })
})
