import assert from 'node:assert/strict'
import type { OpenedChat, RemoteEvent } from '@pons/core'
import { setScene, type Scene } from './scene.ts'
import { Adapter, alice, bob, chat } from './support.ts'

describe('the bridge is no way around a channel’s door', () => {
  let scene: Scene
  let server: Scene['server']
  let ann: Scene['person']
  let adapter: Scene['adapter']

  beforeEach(async () => {
    scene = await setScene()
    ;({ server, person: ann, adapter } = scene)
  })

  afterEach(async () => await scene[Symbol.asyncDispose]())

  const open = (identifier: string, requestedBy = bob): Promise<OpenedChat> =>
    adapter.connector.handlers.openChat!({ identifier, requestedBy })
  const mayEnter = ({ snapshot, isAdmitted }: OpenedChat): boolean =>
    snapshot.joinRule === 'public' || isAdmitted === true

  /** Changes modes, and waits until the relay has heard of it. */
  async function mode(...words: string[]): Promise<void> {
    const from = adapter.host.events.length
    ann.mode('#chan', ...words)
    await adapter.host.waitFor((event) => event.kind === 'chat-info', from)
  }

  for (const [modes, right] of [
    [['+k', 'sesame'], 'sesame'],
    [['+i'], undefined],
    [['+ik', 'sesame'], undefined],
    [['+R'], undefined],
    [['+Rk', 'sesame'], undefined],
  ] as const) {
    it(`lets nobody through the relay into a channel with ${modes.join(' ')}${right ? ' without the key' : ''}`, async () => {
      assert.ok(mayEnter(await open('net #chan')))
      await mode(...modes)
      for (const wish of [
        'net #chan',
        'net #chan wrong',
        'net #chan SESAME',
        '#chan sesam',
        'net/#CHAN *',
        'net #chan <key>',
      ])
        assert.ok(!mayEnter(await open(wish)), wish)
      assert.equal(mayEnter(await open('net #chan sesame')), right === 'sesame')
      const { snapshot } = await open('net #chan')
      assert.equal(snapshot.joinRule, 'invite')
      assert.equal(snapshot.isListed, false)
    })
  }

  it('goes by the key of now, and no key that somebody guesses takes its place', async () => {
    await mode('+k', 'first')
    assert.ok(mayEnter(await open('net #chan first')))
    await mode('-k', 'first')
    await mode('+k', 'second')
    assert.ok(!mayEnter(await open('net #chan first')))
    assert.ok(!mayEnter(await open('net #chan guess')))
    assert.ok(mayEnter(await open('net #chan second')))
    ann.kick('#chan', 'relay')
    // It comes back with the key that is right by now.
    const from = ann.transcript.length
    await ann.waitFor(({ command, nick }) => command === 'JOIN' && nick === 'relay', from)
  })

  it('says so to the room when it changes, and when it is taken back', async () => {
    const rules = (): unknown[] =>
      adapter.host.events.flatMap((event: RemoteEvent) =>
        event.kind === 'chat-info' && event.changes.joinRule !== undefined
          ? [`${event.changes.joinRule} ${event.changes.isListed}`]
          : [],
      )
    for (const words of [['+s'], ['+i'], ['-i'], ['+k', 'x'], ['-k', 'x'], ['-s'], ['+R'], ['-R']]) await mode(...words)
    assert.deepEqual(rules(), [
      'public false',
      'invite false',
      'public false',
      'invite false',
      'public false',
      'public true',
      'invite false',
      'public true',
    ])
  })

  it('lets in whose own connection the network lets in: by a key, an invitation, or an exception', async () => {
    await adapter.login(bob, 'bobby')
    await mode('+k', 'sesame')
    await assert.rejects(open('net #chan wrong'), /asks for a key/)
    assert.ok(mayEnter(await open('net #chan sesame')))
    await mode('+i')
    assert.ok(mayEnter(await open('net #chan')), 'who is in stays in')
    assert.ok(!mayEnter(await open('net #chan sesame', alice)), 'another person is not')
  })

  it('does not take its own invitation, or an exception of its own, for one of whoever asks', async () => {
    await ann.join('#vault')
    ann.mode('#vault', '+i')
    await assert.rejects(open('net #vault'), /invited people only/)
    ann.mode('#vault', '+I', 'relay!*@*')
    await ann.settled()
    const opened = await open('net #vault')
    assert.ok(!mayEnter(opened))
    const from = ann.transcript.length
    await opened.undo?.()
    await ann.waitFor(
      ({ command, nick, params }) => command === 'PART' && nick === 'relay' && params[0] === '#vault',
      from,
    )
  })

  it('stays in a channel that it was in before somebody asked, or that somebody else was let into meanwhile', async () => {
    assert.equal((await open('net #chan')).undo, undefined)
    await ann.join('#vault')
    const opened = await open('net #vault')
    adapter.host.rooms.push(opened.chat)
    const from = ann.transcript.length
    await opened.undo?.()
    ann.invite('relay', '#vault')
    // Its answer to a question comes behind whatever it has written before.
    ann.say('relay', 'are you there?')
    await ann.waitFor(({ command, nick }) => command === 'NOTICE' && nick === 'relay', from)
    assert.ok(!ann.transcript.slice(from).some(({ command, nick }) => command === 'PART' && nick === 'relay'))
  })

  it('tells of a door that closed while it was away before it tells what was said behind it', async () => {
    ann.mode('#chan', '+H', '50:1d')
    await ann.settled()
    await adapter[Symbol.asyncDispose]()
    ann.mode('#chan', '+iI', 'relay!*@*')
    ann.say('#chan', 'behind the door')
    await ann.settled()
    const { host } = adapter
    const from = host.events.length
    adapter = await Adapter.start({ port: server.port, host })
    await adapter.joined(from)
    const told = host.events.slice(from)
    const closing = told.findIndex((event) => event.kind === 'chat-info' && event.changes.joinRule === 'invite')
    const said = told.findIndex(({ kind }) => kind === 'message')
    assert.ok(said !== -1, 'the history was played')
    assert.ok(closing !== -1 && closing < said)
  })

  it('lets in whose own connection an exception names, and nobody whom a ban does', async () => {
    await adapter.login(bob, 'bobby')
    await ann.join('#vault')
    ann.mode('#vault', '+iI', 'bobby!*@*')
    await ann.settled()
    assert.ok(mayEnter(await open('net #vault')))
    await ann.join('#pub')
    ann.mode('#pub', '+b', 'bobby!*@*')
    await ann.settled()
    await assert.rejects(open('net #pub'), /banned/)
  })

  describe('and shows nobody what they could not see without it', () => {
    const run = (line: string, who = bob, isAdmin = false): Promise<string> => {
      const [name = '', ...args] = line.split(' ')
      const command = adapter.connector.handlers.commands?.find((one) => one.name === name)
      return command!.run({ userId: who, isAdmin, args, logins: [] })
    }

    for (const modes of [['+s'], ['+i'], ['+k', 'sesame'], ['+R']]) {
      it(`in a channel with ${modes.join(' ')}`, async () => {
        ann.topic('#chan', 'a secret')
        assert.match(await run('names net #chan'), /@Ann/)
        await mode(...modes)
        for (const line of ['names net #chan', 'topic net #chan', 'topic net #chan new words'])
          await assert.rejects(run(line), /You are not in #chan/, line)
        assert.match(await run('names net #chan', bob, true), /@Ann/)
        adapter.host.members.set(chat.chat, [bob])
        assert.match(await run('topic net #chan'), /a secret/)
        await assert.rejects(run('topic net #chan new words'), /room’s settings/)
      })
    }

    it('by WHOIS of the relay', async () => {
      await mode('+s')
      assert.doesNotMatch(await run('whois net Ann'), /#chan/)
    })

    it('of networks: their own connections, and no addresses', async () => {
      await adapter.login(alice, 'ally')
      await adapter.host.until(() => adapter.host.states.filter(({ state }) => state === 'CONNECTED').length === 2)
      assert.equal(await run('networks'), 'net – relay as relay')
      assert.equal(await run('networks', alice), `net – relay as relay, ${alice} as ally`)
      assert.match(
        await run('networks', bob, true),
        /net: 127\.0\.0\.1:\d+ \(plain\) – relay as relay, @alice:test as ally/,
      )
    })
  })
})
