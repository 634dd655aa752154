import assert from 'node:assert/strict'
import { loginId, type ClientState } from '@pons/core'
import { ManagementRoom, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('writing while logged out', (open) => {
  async function logIn(stage: Stage, person: MatrixPerson, name: string): Promise<ManagementRoom> {
    const room = await ManagementRoom.open(person, 'simbot')
    await again(room, name)
    await stage.settled()
    return room
  }

  async function again(room: ManagementRoom, name: string): Promise<void> {
    await room.ask('login password', 'Name?')
    await room.ask(name, 'Password?')
    await room.ask('secret', `Logged in as ${name}`)
  }

  async function inRoom(stage: Stage, name: string): Promise<{ person: MatrixPerson; roomId: string }> {
    await stage.network.say('garden', 'bert', `before ${name}`)
    await stage.settled()
    const person = await stage.person(name)
    return { person, roomId: await person.join('#sim_garden:test.local') }
  }

  function report(stage: Stage, name: string, state: ClientState, message?: string): void {
    stage.network.host.clientState({ login: loginId(name), name, state, ...(message !== undefined && { message }) })
  }

  const texts = (stage: Stage) => stage.network.fromMatrix('garden').map(({ text }) => text)
  const said = (person: MatrixPerson, words: string) =>
    person.see(({ content }) => String(content['body']).includes(words), words)

  for (const state of ['BAD_CREDENTIALS', 'UNKNOWN_ERROR'] as const) {
    it(`is told at once, kept, and delivered when the person says so (${state})`, async () => {
      await using stage = await open({ isIdempotent: true })
      const { person, roomId } = await inRoom(stage, 'alice')
      const room = await logIn(stage, person, 'ally')
      report(stage, 'ally', state, 'ended on the phone')
      const first = await person.say(roomId, 'one')
      const notice = await said(person, 'you are logged out of Sim (ended on the phone)')
      assert.match(String(notice.content['body']), /It is kept.*`!sim discard`.*`!sim retry`/)
      assert.deepEqual(notice.content['m.relates_to'], { 'm.in_reply_to': { event_id: first } })
      await person.say(roomId, 'two')
      await stage.settled()
      assert.deepEqual([texts(stage), stage.clock.waiting], [[], []])
      await again(room, 'ally')
      await stage.settled()
      assert.deepEqual(texts(stage), [])
      await person.say(roomId, '!sim retry')
      await stage.network.arrival(({ text }) => text === 'two')
      assert.deepEqual(
        stage.network.fromMatrix('garden').map(({ from, text }) => [from, text]),
        [
          ['ally', 'one'],
          ['ally', 'two'],
        ],
      )
    })
  }

  it('is told of what was on its way when the login ended, and that is sent on retry', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person, roomId } = await inRoom(stage, 'alice')
    const room = await logIn(stage, person, 'ally')
    const release = stage.network.hold()
    await person.say(roomId, 'in flight')
    await person.say(roomId, 'behind it')
    while (!stage.network.isHolding) await new Promise(setImmediate)
    report(stage, 'ally', 'BAD_CREDENTIALS')
    await said(person, 'you are logged out of Sim')
    await stage.settled()
    release()
    await again(room, 'ally')
    await person.say(roomId, '!sim retry')
    await stage.network.arrival(({ text }) => text === 'behind it')
    assert.deepEqual(texts(stage), ['in flight', 'behind it'])
  })

  it('is told as uncertain of what may have arrived, and a retry does not double it', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person, roomId } = await inRoom(stage, 'alice')
    const room = await logIn(stage, person, 'ally')
    stage.network.beforeAnswer = async () => {
      stage.network.beforeAnswer = undefined
      report(stage, 'ally', 'BAD_CREDENTIALS')
    }
    stage.network.fail('lose-answer')
    await person.say(roomId, 'it arrived')
    await said(person, '⚠ Uncertain: your login to Sim ended')
    await stage.settled()
    await again(room, 'ally')
    await person.say(roomId, '!sim retry')
    await said(person, 'Trying 1 again.')
    await stage.settled()
    await person.say(roomId, 'the next')
    await stage.network.arrival(({ text }) => text === 'the next')
    assert.deepEqual(texts(stage), ['it arrived', 'the next'])
  })

  it('is not said for a connection that is only lost', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person, roomId } = await inRoom(stage, 'alice')
    await logIn(stage, person, 'ally')
    report(stage, 'ally', 'TRANSIENT_DISCONNECT', 'connecting again')
    const release = stage.network.hold()
    await person.say(roomId, 'patience')
    while (!stage.network.isHolding) await new Promise(setImmediate)
    release()
    await stage.network.arrival(({ text }) => text === 'patience')
    await stage.settled()
    const bodies = (await person.history(roomId)).map(({ content }) => String(content['body']))
    assert.ok(!bodies.some((body) => body.includes('logged out')))
  })

  it('is called off by `logout` for what waits, and kept for the next login', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person, roomId } = await inRoom(stage, 'alice')
    const room = await logIn(stage, person, 'ally')
    const release = stage.network.hold()
    for (const text of ['one', 'two', 'three']) await person.say(roomId, text)
    while (!stage.network.isHolding) await new Promise(setImmediate)
    await room.ask('logout', 'Logged out ally.')
    await said(person, 'you are logged out of Sim (you logged out)')
    await stage.settled()
    release()
    assert.deepEqual(texts(stage), [])
    await again(room, 'ally')
    await person.say(roomId, '!sim retry')
    await stage.network.arrival(({ text }) => text === 'three')
    assert.deepEqual(texts(stage), ['one', 'two', 'three'])
  })

  it('can be dropped, by whoever wrote it and nobody else', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person: alice, roomId } = await inRoom(stage, 'alice')
    const { person: bob } = await inRoom(stage, 'bob')
    await logIn(stage, alice, 'ally')
    const room = await logIn(stage, bob, 'bobby')
    for (const name of ['ally', 'bobby']) report(stage, name, 'BAD_CREDENTIALS', `the end of ${name}`)
    await alice.say(roomId, 'from alice')
    await said(alice, 'the end of ally')
    await bob.say(roomId, 'from bob')
    await said(bob, 'the end of bobby')
    await alice.say(roomId, '!sim discard')
    await said(alice, 'Dropped 1.')
    await alice.say(roomId, '!sim discard')
    await said(alice, 'There is nothing to drop.')
    await again(room, 'bobby')
    await bob.say(roomId, '!sim retry')
    await stage.network.arrival(({ text }) => text === 'from bob')
    assert.deepEqual(texts(stage), ['from bob'])
  })

  it('is dropped by whoever deletes it: a retry does not say what was taken back', async () => {
    await using stage = await open({ isIdempotent: true })
    const { person, roomId } = await inRoom(stage, 'alice')
    const room = await logIn(stage, person, 'ally')
    report(stage, 'ally', 'BAD_CREDENTIALS', 'ended on the phone')
    const id = await person.say(roomId, 'taken back')
    await said(person, 'ended on the phone')
    await person.say(roomId, 'meant')
    await person.redact(roomId, id)
    await stage.settled()
    await again(room, 'ally')
    await person.say(roomId, '!sim retry')
    await said(person, 'Trying 1 again.')
    await stage.network.arrival(({ text }) => text === 'meant')
    assert.deepEqual(texts(stage), ['meant'])
  })

  it('is told at once to somebody who never logged in, where there is no relay', async () => {
    await using stage = await open({ hasRelay: false })
    const { person, roomId } = await inRoom(stage, 'alice')
    await person.say(roomId, 'hello?')
    const notice = await said(person, 'you are not logged in to this network, and this chat has no relay')
    assert.match(String(notice.content['body']), /kept.*`!sim discard`/)
    const room = await logIn(stage, person, 'ally')
    assert.ok(room)
    await person.say(roomId, '!sim retry')
    await stage.network.arrival(({ text }) => text === 'hello?')
  })
})
