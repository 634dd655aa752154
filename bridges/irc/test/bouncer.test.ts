import assert from 'node:assert/strict'
import { startInspircd } from '../../../test/src/irc/inspircd.ts'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { findZnc, startZnc } from '../../../test/src/irc/znc.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { Adapter, alice, chat } from './support.ts'

const program = findZnc()

/** Somebody in a channel of a server, and a bouncer that stays there under a nick. */
async function setScene(nick: string, clearsBuffers: boolean) {
  const server = await startInspircd({ hasMessageIds: false })
  const ann = await IrcPerson.connect({ ...server, nick: 'Ann' })
  await ann.join('#chan')
  const bouncer = await startZnc(program ?? '', { port: server.port, nick, channels: ['#chan'], clearsBuffers })
  await ann.waitFor((line) => line.command === 'JOIN' && line.nick === nick)
  return {
    server,
    ann,
    bouncer,
    async [Symbol.asyncDispose]() {
      await bouncer[Symbol.asyncDispose]()
      await ann[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('a real ZNC between the bridge and the network', function () {
  before(function () {
    if (program === undefined) this.skip()
  })

  for (const clearsBuffers of [true, false]) {
    it(`plays what was missed, once, and nothing of our own (buffers are ${clearsBuffers ? '' : 'not '}cleared)`, async () => {
      await using scene = await setScene('relay', clearsBuffers)
      const { ann, bouncer } = scene
      let host = new RecordingHost()
      const said: string[] = []
      for (const round of [0, 1, 2]) {
        for (const text of [`missed ${round}`, 'ha', 'ha']) {
          ann.say('#chan', text)
          said.push(text)
        }
        await ann.settled()
        await using adapter = await Adapter.start({
          port: bouncer.port,
          host,
          network: { password: bouncer.password },
        })
        await adapter.relay.chatSnapshot(chat)
        await adapter.say(adapter.relay, `from Matrix ${round}`)
        await ann.hear(new RegExp(`from Matrix ${round}$`))
        ann.say('#chan', `live ${round}`)
        said.push(`live ${round}`)
        await host.until(() => host.messages(chat.chat).includes(`Ann: live ${round}`))
        await adapter.connector.stop()
        assert.deepEqual(
          host.messages(chat.chat),
          said.map((text) => `Ann: ${text}`),
        )
        host = RecordingHost.after(host)
      }
      const senders = host.events.flatMap((event) => (event.kind === 'message' ? [event.sender.name] : []))
      assert.deepEqual([...new Set(senders)], ['Ann'])
      assert.deepEqual(
        host.events.filter(({ kind }) => kind === 'notice'),
        [],
      )
    })
  }

  it('plays private words that a login missed, once', async () => {
    await using scene = await setScene('alice', false)
    const { ann, bouncer } = scene
    let host = new RecordingHost()
    const said: string[] = []
    for (const round of [0, 1]) {
      for (const text of [`missed ${round}`, 'ha', 'ha']) {
        ann.say('alice', text)
        said.push(text)
      }
      await ann.settled()
      await using adapter = await Adapter.start({ port: bouncer.port, host, network: { relay: false } })
      const own = await adapter.login(alice, 'alice', { auth: 'server', password: bouncer.password })
      await host.until(() => host.messages('net/ann').length >= said.length)
      ann.say('alice', `live ${round}`)
      said.push(`live ${round}`)
      await host.until(() => host.messages('net/ann').includes(`Ann: live ${round}`))
      await own.disconnect()
      assert.deepEqual(
        host.messages('net/ann'),
        said.map((text) => `Ann: ${text}`),
      )
      host = RecordingHost.after(host)
    }
  })
})
