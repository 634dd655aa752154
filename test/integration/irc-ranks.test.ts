import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { IrcPerson } from '../src/irc/irc-person.ts'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import { startLoopbackStage } from '../src/loopback/loopback-stage.ts'
import type { MatrixPerson } from '../src/matrix/matrix-person.ts'

describe('IRC ranks are Matrix people’s, too', () => {
  /** Somebody who is operator of a channel, and three people of Matrix there: two under nicks of their own, one relayed. */
  async function setScene() {
    const network = await startIrcLoopback({ isShared: true })
    const stage = await startLoopbackStage({ networks: [network], people: 3 })
    const { address, port } = (network.settings['networks'] as { test: { address: string; port: number } }).test
    const oper = await IrcPerson.connect({ host: address, port, nick: 'oper' })
    await oper.join('#ranks')
    const troll = await IrcPerson.connect({ host: address, port, nick: 'troll' })
    await troll.join('#ranks')
    const [ada, bob, cleo] = stage.people
    assert.ok(ada && bob && cleo)
    const roomId = await ada.join(`#irc_test_#ranks:${stage.pons.serverName}`)
    for (const person of [bob, cleo]) await person.join(`#irc_test_#ranks:${stage.pons.serverName}`)
    for (const nick of ['speaker0', 'speaker1'])
      await oper.waitFor((line) => line.command === 'JOIN' && line.nick === nick)
    const others = /^(?:oper|speaker\d|troll)$/
    const joined = await oper.waitFor(({ command, nick }) => command === 'JOIN' && !others.test(nick))
    return {
      ada,
      bob,
      cleo,
      oper,
      relay: joined.nick,
      roomId,
      /** Sets modes, and waits until the room has them. */
      mode: async (...modes: readonly string[]): Promise<void> => {
        oper.mode('#ranks', ...modes)
        await oper.settled()
        oper.say('#ranks', `now ${modes.join(' ')}`)
        await ada.hear(`now ${modes.join(' ')}`, roomId)
        await stage.settled()
      },
      async [Symbol.asyncDispose]() {
        await troll[Symbol.asyncDispose]()
        await oper[Symbol.asyncDispose]()
        await stage[Symbol.asyncDispose]()
      },
    }
  }

  async function status(person: MatrixPerson, path: string, body: JsonObject): Promise<number> {
    return await person.request('PUT', `/_matrix/client/v3/rooms/${path}`, body).then(
      () => 200,
      (error: unknown) => Number(/: (\d{3}) /.exec(String(error))?.[1]),
    )
  }
  let sends = 0
  const says = (person: MatrixPerson, roomId: string, body: string): Promise<number> =>
    status(person, `${roomId}/send/m.room.message/rank${++sends}`, { msgtype: 'm.text', body })

  it('in a moderated channel speaks whoever has a voice: a nick of one’s own, or the relay for those it speaks for', async () => {
    await using scene = await setScene()
    const { ada, bob, cleo, oper, relay, roomId, mode } = scene
    await mode('+m')
    for (const person of [ada, bob, cleo]) assert.equal(await says(person, roomId, 'too early'), 403)
    await mode('+v', 'speaker0')
    assert.equal(await says(ada, roomId, 'with a voice of my own'), 200)
    await oper.hear('with a voice of my own')
    for (const person of [bob, cleo]) assert.equal(await says(person, roomId, 'still none'), 403)
    await mode('+v', relay)
    assert.equal(await says(cleo, roomId, 'through the relay'), 200)
    await oper.hear(/through the relay$/)
    await mode('-vv', relay, 'speaker0')
    for (const person of [ada, cleo]) assert.equal(await says(person, roomId, 'too late'), 403)
  })

  it('whose own nick is operator sets the topic and kicks, as long as it is', async () => {
    await using scene = await setScene()
    const { ada, bob, oper, roomId, mode } = scene
    await mode('+t')
    const setsTopic = (person: MatrixPerson, topic: string): Promise<number> =>
      status(person, `${roomId}/state/m.room.topic/`, { topic })
    assert.equal(await setsTopic(ada, 'not yet'), 403)
    await mode('+o', 'speaker0')
    assert.equal(await setsTopic(ada, 'mine'), 200)
    await oper.waitFor(
      ({ command, nick, params }) => command === 'TOPIC' && nick === 'speaker0' && params[1] === 'mine',
    )
    assert.equal(await setsTopic(bob, 'not mine'), 403)
    await ada.request('POST', `/_matrix/client/v3/rooms/${roomId}/kick`, {
      user_id: `@irc_test_troll:${ada.userId.split(':')[1] ?? ''}`,
    })
    await oper.waitFor(
      ({ command, nick, params }) => command === 'KICK' && nick === 'speaker0' && params[1] === 'troll',
    )
    await mode('-o', 'speaker0')
    assert.equal(await setsTopic(ada, 'no longer'), 403)
  })
})
