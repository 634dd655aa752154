import assert from 'node:assert/strict'
import type { RemoteEvent } from '@pons/core'
import { HistoryServer } from '../../../test/src/irc/history-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { byAnn, caughtUp, hostSeenAt, hostThatHeardAnn, numbered, tenMinutesAgo } from './missed-lines.ts'
import { Adapter, alice, chat } from './support.ts'

const refusing =
  (
    server: HistoryServer,
    fits: (params: readonly string[]) => boolean,
    code = 'MESSAGE_ERROR',
  ): typeof server.onQuestion =>
  ({ params }, connection) => {
    if (!fits(params)) return false
    connection.send(`:rude FAIL CHATHISTORY ${code} ${params[0]} :Messages could not be retrieved`)
    return true
  }

const notices = ({ events }: RecordingHost): Extract<RemoteEvent, { kind: 'notice' }>[] =>
  events.filter((event) => event.kind === 'notice')

/** What a chat was told, notices among it. */
const told = ({ events }: RecordingHost, of: string): string[] =>
  events.flatMap((event) => {
    if (event.chat.chat !== of) return []
    if (event.kind === 'notice') return ['(notice)']
    return event.kind === 'message'
      ? [
          String(
            event.document.blocks
              .map((block) => JSON.stringify(block))
              .join('')
              .match(/"text":"([^"]*)"/)?.[1],
          ),
        ]
      : []
  })

describe('an IRC history that the server refuses to give', () => {
  it('is not taken for one that holds nothing: the channel is told what may be missing', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const fromMs = tenMinutesAgo()
    server.say('Ann', '#chan', 'missed', { timeMs: fromMs + 60_000, isLive: false })
    server.onQuestion = refusing(server, ([how]) => how === 'LATEST')
    const host = hostSeenAt(fromMs)
    await using adapter = await Adapter.start({ port: server.port, host })
    await caughtUp(server, adapter)
    assert.deepEqual(told(host, chat.chat), ['(notice)', 'now'])
    assert.match(notices(host)[0]?.text ?? '', /may be missing here: the server did not give its history\.$/)
  })

  it('is told from where it broke off, and what is known all the same comes behind', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const fromMs = tenMinutesAgo()
    server.say('Ann', '#chan', 'long before', { timeMs: fromMs - 60_000, isLive: false })
    const missed = numbered('missed', 320)
    for (const [at, text] of missed.entries())
      server.say('Ann', '#chan', text, { timeMs: fromMs + 3000 + at * 1000, isLive: false })
    let pages = 0
    server.onQuestion = refusing(server, ([how]) => how === 'AFTER' && ++pages > 2)
    const host = hostSeenAt(fromMs)
    await using adapter = await Adapter.start({ port: server.port, host })
    await caughtUp(server, adapter)
    assert.deepEqual(told(host, chat.chat), [...missed.slice(0, 100), '(notice)', ...missed.slice(-50), 'now'])
    assert.deepEqual(host.messages(chat.chat).at(-1), byAnn(['now'])[0])
  })

  for (const [what, params] of [
    ['the chats', 'TARGETS'],
    ['one of them', 'AFTER'],
  ] as const) {
    it(`is told to whom it belongs, where it is of private words (${what})`, async () => {
      await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
      const fromMs = tenMinutesAgo()
      const left = await hostThatHeardAnn(server, fromMs)
      left.rooms.push(...left.events.filter(({ kind }) => kind === 'message').map((event) => event.chat))
      server.say('Ann', 'alice', 'missed', { timeMs: fromMs + 60_000, isLive: false })
      server.onQuestion = refusing(server, ([how]) => how === params)
      await using next = await Adapter.start({ port: server.port, host: left })
      const again = await next.login(alice, 'alice')
      if (params === 'TARGETS') await left.until(() => left.told.some(({ text }) => /may be missing/.test(text)))
      else await left.until(() => told(left, 'net/ann').includes('(notice)'))
      server.say('Ann', 'alice', 'now')
      await left.until(() => left.messages('net/ann').includes('Ann: now'))
      assert.equal(left.told.filter(({ text }) => /may be missing/.test(text)).length, params === 'TARGETS' ? 1 : 0)
      await again.disconnect()
    })
  }

  it('is said to nobody where the server has no such list', async () => {
    await using server = await HistoryServer.start({ limit: 50, ids: 'taken' })
    const host = new RecordingHost()
    host.values.set(`seen/net/private net/${alice}`, { atMs: tenMinutesAgo() })
    server.onQuestion = refusing(server, ([how]) => how === 'TARGETS', 'INVALID_PARAMS')
    await using adapter = await Adapter.start({ port: server.port, host })
    const login = await adapter.login(alice, 'alice')
    await host.waitForState('CONNECTED')
    server.say('Ann', 'alice', 'now')
    await host.until(() => host.messages('net/ann').includes('Ann: now'))
    assert.deepEqual(
      host.told.filter(({ text }) => /may be missing/.test(text)),
      [],
    )
    await login.disconnect()
  })
})
