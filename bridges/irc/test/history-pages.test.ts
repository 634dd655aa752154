import assert from 'node:assert/strict'
import { HistoryServer, type HistoryServerOptions } from '../../../test/src/irc/history-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { byAnn, caughtUp, hostSeenAt, hostThatHeardAnn, numbered, tenMinutesAgo } from './missed-lines.ts'
import { Adapter, alice, chat } from './support.ts'

const kinds: readonly { readonly name: string; readonly options: Omit<HistoryServerOptions, 'limit'> }[] = [
  { name: 'ids that may be asked for', options: { ids: 'taken' } },
  { name: 'ids, but questions by time alone', options: { ids: 'given' } },
  { name: 'times to the millisecond alone', options: { ids: 'none' } },
  { name: 'times to the second alone', options: { ids: 'none', precisionMs: 1000 } },
]

describe('an IRC history that is longer than one answer', () => {
  for (const { name, options } of kinds) {
    it(`comes whole, in order and once, from a server with ${name}`, async () => {
      await using server = await HistoryServer.start({ limit: 50, ...options })
      const fromMs = tenMinutesAgo()
      server.say('Ann', '#chan', 'long before', { timeMs: fromMs - 60_000, isLive: false })
      const missed = numbered('missed', 320)
      // Up to twenty lines in one second, and some that are alike.
      for (const [at, text] of missed.entries())
        server.say('Ann', '#chan', text, {
          timeMs: fromMs + 3000 + Math.floor(at / 20) * 1000 + (at % 20),
          isLive: false,
        })
      await using adapter = await Adapter.start({ port: server.port, host: hostSeenAt(fromMs) })
      await caughtUp(server, adapter)
      assert.deepEqual(adapter.host.messages(chat.chat), byAnn([...missed, 'now']))
      const most = Math.max(...server.questions.map(({ params }) => Number(params.at(-1))))
      assert.equal(most, 50)
    })

    it(`is asked for again after a crash in its midst, from a server with ${name}`, async () => {
      await using server = await HistoryServer.start({ limit: 50, ...options })
      const fromMs = tenMinutesAgo()
      const missed = numbered('missed', 320)
      for (const [at, text] of missed.entries())
        server.say('Ann', '#chan', text, { timeMs: fromMs + 3000 + at * 100, isLive: false })
      let pages = 0
      const isHalfway = Promise.withResolvers<void>()
      server.onQuestion = ({ params }) => {
        if (params[0] !== 'AFTER' || ++pages <= 3) return false
        isHalfway.resolve()
        return true
      }
      const before = hostSeenAt(fromMs)
      const dying = await Adapter.start({ port: server.port, host: before })
      await isHalfway.promise
      const left = RecordingHost.after(before)
      assert.ok(left.events.length > 100 && left.events.length < 200)
      await dying.connector.stop()
      server.onQuestion = undefined
      await using next = await Adapter.start({ port: server.port, host: left })
      await caughtUp(server, next)
      assert.deepEqual(left.messages(chat.chat), byAnn([...missed, 'now']))
    })

    it(`is asked for again where the connection broke in its midst, from a server with ${name}`, async () => {
      await using server = await HistoryServer.start({ limit: 50, ...options })
      const fromMs = tenMinutesAgo()
      const missed = numbered('missed', 320)
      for (const [at, text] of missed.entries())
        server.say('Ann', '#chan', text, { timeMs: fromMs + 3000 + at * 100, isLive: false })
      let pages = 0
      server.onQuestion = ({ params }, connection) => {
        if (params[0] !== 'AFTER') return false
        pages += 1
        // It is held back when the next page is asked for, and comes after what is still missing then.
        if (pages === 3) server.say('Ann', '#chan', 'said meanwhile')
        if (pages !== 4) return false
        connection.socket.destroy()
        return true
      }
      await using adapter = await Adapter.start({ port: server.port, host: hostSeenAt(fromMs) })
      await caughtUp(server, adapter)
      assert.deepEqual(adapter.host.messages(chat.chat), byAnn([...missed, 'said meanwhile', 'now']))
    })

    it(`has lines that are alike as often as they were said, heard live or not, from a server with ${name}`, async () => {
      await using server = await HistoryServer.start({ limit: 8, ...options })
      const nowMs = Math.floor(Date.now() / 1000) * 1000
      await using adapter = await Adapter.start({ port: server.port })
      await adapter.joined()
      for (let count = 0; count < 3; count++) server.say('Ann', '#chan', 'ha', { timeMs: nowMs + 200 + count })
      await adapter.host.until(() => adapter.host.messages(chat.chat).length === 3)
      await adapter.connector.stop()
      for (let count = 0; count < 3; count++)
        server.say('Ann', '#chan', 'ha', { timeMs: nowMs + 210 + count, isLive: false })
      const host = RecordingHost.after(adapter.host)
      host.values.set('seen/net/#chan', { atMs: nowMs })
      await using next = await Adapter.start({ port: server.port, host })
      await caughtUp(server, next)
      assert.deepEqual(host.messages(chat.chat), byAnn([...Array.from({ length: 6 }, () => 'ha'), 'now']))
    })
  }

  it('is asked for page by page: the next when the last is stored', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const fromMs = tenMinutesAgo()
    for (const [at, text] of numbered('missed', 320).entries())
      server.say('Ann', '#chan', text, { timeMs: fromMs + 3000 + at * 100, isLive: false })
    const host = hostSeenAt(fromMs)
    const mayStore = Promise.withResolvers<void>()
    const isStoring = Promise.withResolvers<void>()
    host.beforeIngest = async ({ kind }) => {
      if (kind !== 'message') return
      isStoring.resolve()
      await mayStore.promise
    }
    await using adapter = await Adapter.start({ port: server.port, host })
    await isStoring.promise
    const connection = await server.server.connection(0)
    // What the bridge writes after this it has written by the time that the answer is there.
    connection.send('PING :are-you-there')
    await connection.waitFor(({ command, params }) => command === 'PONG' && params[0] === 'are-you-there')
    assert.equal(server.questions.filter(({ params }) => params[0] === 'AFTER').length, 1)
    mayStore.resolve()
    await caughtUp(server, adapter)
    assert.equal(host.messages(chat.chat).length, 321)
  })

  it('says what the server no longer has, once, before what it has', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const fromMs = tenMinutesAgo()
    const missed = numbered('missed', 320)
    for (const [at, text] of missed.entries())
      server.say('Ann', '#chan', text, { timeMs: fromMs + 60_000 + at * 100, isLive: false })
    server.forgetBefore(fromMs + 60_000 + 100 * 100)
    await using adapter = await Adapter.start({ port: server.port, host: hostSeenAt(fromMs) })
    await caughtUp(server, adapter)
    const { host } = adapter
    assert.deepEqual(host.messages(chat.chat), byAnn([...missed.slice(100), 'now']))
    const edges = host.events.filter(({ kind }) => kind === 'notice')
    assert.equal(edges.length, 1)
    assert.equal(
      host.events.findIndex(({ kind }) => kind === 'notice' || kind === 'message'),
      host.events.indexOf(edges[0] as never),
    )
  })

  it('is whole where nobody had spoken before', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const first = await Adapter.start({ port: server.port })
    await first.joined()
    await first.connector.stop()
    const host = RecordingHost.after(first.host)
    const atMs = tenMinutesAgo()
    host.values.set('seen/net/#chan', { isSilent: true, atMs })
    for (const [at, text] of numbered('missed', 120).entries())
      server.say('Ann', '#chan', text, { timeMs: atMs + 60_000 + at, isLive: false })
    await using next = await Adapter.start({ port: server.port, host })
    await caughtUp(server, next)
    assert.deepEqual(
      host.events.filter(({ kind }) => kind === 'notice'),
      [],
    )
    assert.equal(host.messages(chat.chat).length, 121)
  })
})

describe('private words on IRC that were said while the bridge was away', () => {
  for (const { name, options } of kinds) {
    it(`come whole, in order and once, from a server with ${name}`, async () => {
      await using server = await HistoryServer.start({ limit: 8, ...options })
      const fromMs = tenMinutesAgo()
      const left = await hostThatHeardAnn(server, fromMs)
      const missed = numbered('missed', 20)
      const people = numbered('Person', 20).map((person) => person.replace(' ', ''))
      for (const [at, person] of people.entries())
        for (const [number, text] of missed.entries())
          server.say(person, 'alice', text, {
            timeMs: fromMs + 3000 + (at + number) * 1000 + (number % 5) * 50,
            isLive: false,
          })
      server.say('Ann', '#chan', 'said to all', { isLive: false })
      server.say('Ann', 'alice', 'missed', { isLive: false })
      await using next = await Adapter.start({ port: server.port, host: left })
      const again = await next.login(alice, 'alice')
      await left.until(() => left.messages('net/ann').includes('Ann: missed'))
      for (const person of people) {
        server.say(person, 'alice', 'now')
        const chatId = `net/${person.toLowerCase()}`
        await left.until(() => left.messages(chatId).includes(`${person}: now`))
        assert.deepEqual(
          left.messages(chatId),
          [...missed, 'now'].map((text) => `${person}: ${text}`),
        )
      }
      assert.deepEqual(left.messages('net/ann'), ['Ann: heard', 'Ann: missed'])
      await again.disconnect()
    })
  }

  it('are not asked for by a relay, to which nobody speaks alone', async () => {
    await using server = await HistoryServer.start({ limit: 8, ids: 'taken' })
    await using adapter = await Adapter.start({ port: server.port })
    await caughtUp(server, adapter)
    assert.deepEqual(
      server.questions.filter(({ params }) => params[0] === 'TARGETS'),
      [],
    )
  })
})
