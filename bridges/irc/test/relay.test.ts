import assert from 'node:assert/strict'
import type { RemoteEvent, RemoteMembership, RemoteSnapshot } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { setScene, type Scene } from './scene.ts'
import { alice, chat, textDocument } from './support.ts'
import { ann, targetMessage } from './target-message.ts'

describe('the relay on a real server', () => {
  let scene: Scene
  let server: Scene['server']
  let person: Scene['person']
  let adapter: Scene['adapter']

  beforeEach(async () => {
    scene = await setScene()
    ;({ server, person, adapter } = scene)
  })

  afterEach(async () => await scene[Symbol.asyncDispose]())

  const next = (fits: (event: RemoteEvent) => boolean): Promise<RemoteEvent> => adapter.host.waitFor(fits)

  it('carries what people say in both directions, in order', async () => {
    const results = await adapter.say(adapter.relay, 'hello\nworld')
    assert.equal(results.length, 2)
    assert.ok(results.every(({ isConfirmed, remoteId }) => isConfirmed && remoteId?.startsWith('id:')))
    await person.hear('<Alice> world')
    assert.deepEqual(
      person.heard('#chan').map(({ text }) => text),
      ['<Alice> hello', '<Alice> world'],
    )
    for (let count = 0; count < 50; count++) person.say('#chan', `line ${count % 7}`)
    person.action('#chan', 'waves')
    await next((event) => event.kind === 'message' && event.document.kind === 'emote')
    assert.deepEqual(adapter.host.messages(chat.chat), [
      ...Array.from({ length: 50 }, (_, count) => `Ann: line ${count % 7}`),
      'Ann: waves',
    ])
  })

  it('hands in the whole channel first, without itself', async () => {
    const { snapshot } = (await next((event) => event.kind === 'snapshot')) as RemoteSnapshot
    assert.equal(snapshot.name, '#chan')
    assert.equal(snapshot.topicLevel, 25)
    assert.equal(snapshot.membersComplete, true)
    assert.deepEqual(snapshot.members, [{ user: { id: 'net/ann', name: 'Ann' }, powerLevel: 50 }])
  })

  it('carries coming, going, renaming, quitting and being kicked', async () => {
    const changes = (): string[] =>
      adapter.host.events.flatMap((event) =>
        event.kind === 'membership'
          ? [`${event.user.id} ${event.change} ${event.reason ?? ''}`.trim()]
          : event.kind === 'rename'
            ? [`${event.from} is ${event.to.name}`]
            : [],
      )
    await using ben = await IrcPerson.connect({ ...server, nick: 'Ben' })
    await ben.join('#chan')
    await ben.changeNick('Benny')
    ben.part('#chan', 'bye')
    await ben.join('#chan')
    person.kick('#chan', 'Benny', 'enough')
    await person.waitFor(({ command }) => command === 'KICK')
    await ben.join('#chan')
    ben.quit('gone')
    await next((event) => event.kind === 'membership' && event.reason === 'Quit: gone')
    assert.deepEqual(changes(), [
      'net/ben join',
      'net/ben is Benny',
      'net/benny leave bye',
      'net/benny join',
      'net/benny kick enough',
      'net/benny join',
      'net/benny leave Quit: gone',
    ])
    const kick = adapter.host.events.find(
      (event): event is RemoteMembership => event.kind === 'membership' && event.change === 'kick',
    )
    assert.equal(kick?.by?.id, 'net/ann')
  })

  it('carries topics and modes as levels and settings', async () => {
    await using ben = await IrcPerson.connect({ ...server, nick: 'Ben' })
    await ben.join('#chan')
    person.topic('#chan', 'about \x02bold\x02 things')
    person.mode('#chan', '+ov', 'Ben', 'Ben')
    person.mode('#chan', '-o+mi', 'Ben')
    person.mode('#chan', '+ks', 'key')
    const infos = (): unknown[] =>
      adapter.host.events.flatMap((event) =>
        event.kind === 'chat-info' ? [{ ...event.changes, levels: event.levels }] : [],
      )
    await adapter.host.until(() => infos().length === 4)
    assert.deepEqual(infos(), [
      { topic: 'about bold things', levels: undefined },
      { levels: [{ user: 'net/ben', powerLevel: 50 }] },
      {
        sendLevel: 1,
        topicLevel: 25,
        joinRule: 'invite',
        isListed: false,
        levels: [{ user: 'net/ben', powerLevel: 1 }],
      },
      { sendLevel: 1, topicLevel: 25, joinRule: 'invite', isListed: false, levels: undefined },
    ])
  })

  it('does what moderators on Matrix ask, and tells when it may not', async () => {
    const relay = adapter.relay
    const base = adapter.intent('')
    const kick = {
      ...base,
      kind: 'membership',
      subject: { remote: 'net/ben' as never },
      change: 'kick',
      reason: 'spam',
    } as const
    await using ben = await IrcPerson.connect({ ...server, nick: 'Ben' })
    await ben.join('#chan')
    const [action] = await relay.handlers.membership!(kick)
    await assert.rejects(adapter.transmit(relay, action!), /no operator of #chan/)
    person.mode('#chan', '+o', 'relay')
    await person.settled()
    for (const [step] of [
      await relay.handlers.powerLevel!({
        ...base,
        kind: 'power-level',
        subject: 'net/ben' as never,
        powerLevel: 50,
        previousLevel: 0,
      }),
      await relay.handlers.topic!({ ...base, kind: 'topic', topic: 'new\r\nQUIT :topic' }),
    ])
      await adapter.transmit(relay, step!)
    await adapter.transmit(relay, action!)
    await person.settled()
    const seen = person.transcript
      .filter(({ nick }) => nick === 'relay')
      .map(({ command, params }) => [command, ...params.slice(1)].join(' '))
    assert.deepEqual(seen.slice(-3), ['MODE +o Ben', 'TOPIC new QUIT :topic', 'KICK Ben by Alice: spam'])
  })

  it('says edits, replies, reactions and redactions', async () => {
    const relay = adapter.relay
    const base = adapter.intent('')
    const target = targetMessage({ ...ann, text: 'the quick brown fox' })
    const own = { ...target, author: { matrix: alice } }
    const prepared = [
      await relay.handlers.message({ ...base, document: textDocument('sure'), replyTo: target }),
      await relay.handlers.message({ ...base, document: textDocument('sure'), replyTo: { ...target, timestampMs: 0 } }),
      await relay.handlers.edit!({ ...base, kind: 'edit', target: own, document: textDocument('the quick red fox') }),
      await relay.handlers.edit!({
        ...base,
        kind: 'edit',
        target: own,
        document: textDocument('something else altogether'),
      }),
      await relay.handlers.reaction!({ ...base, kind: 'reaction', target, key: '👍' }),
      await relay.handlers.redaction!({ ...base, kind: 'redaction', target: own }),
    ]
    assert.deepEqual(
      prepared.flat().map((action) => action['text']),
      [
        '<Alice> Ann: sure',
        '<Alice> Ann, “the quick brown fox”: sure',
        '<Alice> s/brown/red/',
        '<Alice> * something else altogether',
        '* Alice reacts with 👍 to Ann “the quick brown fox”',
        '* Alice deleted a message',
      ],
    )
  })

  it('lets no name, topic or text become a command', async () => {
    const relay = adapter.relay
    const evil = 'x\r\nQUIT :owned\0\x01VERSION\x01\u2028\u202e'
    const intent = {
      ...adapter.intent(''),
      sender: { userId: '@e:test' as UserId, displayName: evil, viaRelay: true },
      document: textDocument(evil),
    }
    for (const action of await relay.handlers.message(intent)) await adapter.transmit(relay, action)
    await person.settled()
    const lines = person.heard('#chan').map(({ text }) => text)
    assert.deepEqual(lines, ['<xQUIT :ownedVERSION> x', '<xQUIT :ownedVERSION> QUIT :owned VERSION \u202e'])
    assert.ok(!person.transcript.some(({ command, nick }) => command === 'QUIT' && nick === 'relay'))
  })

  it('splits a long text under the server’s limit and loses nothing', async () => {
    const text = Array.from({ length: 200 }, (_, index) => `wörd${index}`).join(' ')
    await adapter.say(adapter.relay, text)
    await person.settled()
    const heard = person.heard('#chan').map((line) => line.text.replace('<Alice> ', ''))
    assert.ok(heard.length > 2)
    assert.equal(heard.join(''), text)
  })

  it('joins again after a kick, and says in the room what happened', async () => {
    person.kick('#chan', 'relay', 'out')
    await next((event) => event.kind === 'notice' && event.text === 'relay was kicked by Ann: out')
    await person.waitFor(
      ({ command, nick }) => command === 'JOIN' && nick === 'relay',
      person.transcript.findIndex(({ command }) => command === 'KICK'),
    )
    await adapter.say(adapter.relay, 'back')
    await person.hear('<Alice> back')
  })

  it('tells readably when a channel does not let it in, and why a message failed', async () => {
    person.mode('#chan', '+b', 'relay!*@*')
    person.kick('#chan', 'relay')
    await next((event) => event.kind === 'notice' && event.text.includes('we are banned from #chan'))
    await assert.rejects(adapter.say(adapter.relay, 'hm'), /banned from #chan/)
    person.mode('#chan', '-b', 'relay!*@*')
    await person.waitFor(({ command, nick }) => command === 'JOIN' && nick === 'relay', person.transcript.length)
  })

  it('tells when the channel is moderated', async () => {
    person.mode('#chan', '+m')
    await person.settled()
    await assert.rejects(adapter.say(adapter.relay, 'hm'), /does not let us speak/)
  })

  it('opens channels as people name them, and follows a forward', async () => {
    const open = adapter.connector.handlers.openChat!
    for (const identifier of ['#Other', 'net/#other', 'net #OTHER']) {
      const opened = await open({ identifier, requestedBy: alice })
      assert.equal(opened.chat.chat, 'net/#other')
    }
    await assert.rejects(open({ identifier: 'nowhere #x', requestedBy: alice }), /no network nowhere/)
    await assert.rejects(open({ identifier: '#bad,#two', requestedBy: alice }), /neither a channel nor a nick/)
    await person.join('#full')
    await person.join('#spare')
    person.mode('#full', '+lL', '1', '#spare')
    await person.settled()
    assert.equal((await open({ identifier: '#full', requestedBy: alice })).chat.chat, 'net/#spare')
  })

  it('answers who asks for its version, and who talks to it alone', async () => {
    person.say('relay', '\x01VERSION\x01')
    person.say('relay', 'hello?')
    assert.equal((await person.hear(/VERSION Pons/)).kind, 'notice')
    await person.hear(/nobody reads/)
  })
})
