import assert from 'node:assert/strict'
import { startInspircd } from '../../../test/src/irc/inspircd.ts'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { RudeServer } from '../../../test/src/irc/rude-server.ts'
import { Adapter, bob, chat } from './support.ts'

/** Each character a byte. */
const bytes = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1')

describe('a network that is not all UTF-8', () => {
  it('has its lines, topics, nicks and notices read, and nothing stalls', async () => {
    await using server = await RudeServer.start()
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const { socket } = await server.connection(0)
    for (const line of [
      ':J\xfcrgen!b@c JOIN :#chan',
      ':J\xfcrgen!b@c PRIVMSG #chan :gr\xfc\xdfe \x80',
      ':J\xfcrgen!b@c NOTICE #chan :\xff\xfe\xfd',
      ':J\xfcrgen!b@c PRIVMSG #chan :\x01ACTION g\xe4hnt\x01',
      ':J\xfcrgen!b@c TOPIC #chan :\xfcber alles',
      ':J\xfcrgen!b@c NICK :J\xfcrg',
      ':J\xfcrg!b@c MODE #chan +v J\xfcrg',
      `:${Buffer.from('Jürg').toString('latin1')}!b@c PRIVMSG #chan :UTF-8`,
      ':J\xfcrg!b@c PRIVMSG #chan :the end',
    ])
      socket.write(bytes(line))
    await adapter.host.until(() => adapter.host.messages(chat.chat).includes('Jürg: the end'))
    assert.deepEqual(adapter.host.messages(chat.chat), [
      'Jürgen: grüße €',
      'Jürgen: ÿþý',
      'Jürgen: gähnt',
      'Jürg: UTF-8',
      'Jürg: the end',
    ])
    const topics = adapter.host.events.flatMap((event) =>
      event.kind === 'chat-info' && event.changes.topic !== undefined ? [event.changes.topic] : [],
    )
    assert.deepEqual(topics, ['über alles'])
    const said = adapter.host.events.filter((event) => event.kind === 'message')
    const [latin, utf8] = said.slice(-2).map(({ sender }) => sender.id)
    assert.ok(latin !== undefined && utf8 !== undefined)
    assert.notEqual(latin, utf8, 'two people')
    const renamed = adapter.host.events.find((event) => event.kind === 'rename')
    assert.ok(utf8 && renamed?.kind === 'rename' && [latin, utf8].includes(renamed.to.id))
    for (const id of [latin, utf8]) {
      const suffix = adapter.connector.ghostSuffix(id)
      assert.match(suffix, /^[a-z0-9._=/+-]+$/)
      assert.equal(adapter.connector.userOfGhost(suffix), id)
    }
  })

  it('has two channels that look alike, and each hears what is said to it', async () => {
    await using server = await startInspircd()
    await using ann = await IrcPerson.connect({ ...server, nick: 'Ann' })
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    ann.rawBytes(bytes('JOIN #caf\xe9'))
    ann.raw('JOIN #café')
    await ann.settled()
    const opened = []
    for (const escaped of ['net_#caf=ef=9f=a9', 'net_#café']) {
      const identifier = adapter.connector.identifierOfAlias(escaped)
      assert.ok(identifier !== undefined)
      const one = await adapter.connector.handlers.openChat!({ identifier, requestedBy: bob })
      assert.equal(adapter.connector.aliasSuffix(one.chat), escaped)
      assert.equal(one.snapshot.name, '#café')
      adapter.host.rooms.push(one.chat)
      opened.push(one.chat)
    }
    const [latin, utf8] = opened
    assert.ok(latin && utf8)
    assert.notEqual(latin.chat, utf8.chat)
    ann.rawBytes(bytes('PRIVMSG #caf\xe9 :one'))
    ann.raw('PRIVMSG #café :two')
    await adapter.host.until(() => adapter.host.messages(utf8.chat).length > 0)
    assert.deepEqual(adapter.host.messages(latin.chat), ['Ann: one'])
    assert.deepEqual(adapter.host.messages(utf8.chat), ['Ann: two'])
    await adapter.say(adapter.relay, 'to the first', { chat: latin })
    await adapter.say(adapter.relay, 'to the second \uF78D\uF78Aé', { chat: utf8 })
    await ann.hear(/to the second \uFFFDé$/)
    assert.ok(ann.heard('#caf\uFFFD').some(({ text }) => text.endsWith('to the first')))
    assert.ok(ann.heard('#café').some(({ text }) => text.endsWith('to the second \uFFFDé')))
    await adapter.connector.handlers.closeChat?.(latin)
    await ann.waitFor(
      ({ command, nick, params }) => command === 'PART' && nick === 'relay' && params[0] === '#caf\uFFFD',
    )
  })
})
