import assert from 'node:assert/strict'
import { spanInWords, type RemoteEvent } from '@pons/core'
import { isJsonObject } from '@pons/matrix'
import type { InspircdOptions } from '../../../test/src/irc/inspircd.ts'
import { RudeServer } from '../../../test/src/irc/rude-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { numbered } from './missed-lines.ts'
import { setCuttableScene, type CuttableScene, type Scene } from './scene.ts'
import { Adapter, alice, chat } from './support.ts'

/** The relay has read one line. */
async function setReadScene(options: InspircdOptions): Promise<CuttableScene> {
  const scene = await setCuttableScene(options)
  scene.person.say('#chan', 'before')
  await scene.adapter.host.waitFor((event) => event.kind === 'message')
  return scene
}

async function say({ person }: Scene, texts: readonly string[]): Promise<void> {
  for (const text of texts) person.say('#chan', text)
  await person.settled()
}

/** A bridge that begins with what another had stored, as it was left so many minutes earlier; all it read is stored. */
async function startAfter(scene: CuttableScene, before: RecordingHost, minutes = 0): Promise<Adapter> {
  const host = RecordingHost.after(before)
  for (const [key, value] of host.values) {
    const atMs = isJsonObject(value) ? value['atMs'] : undefined
    if (minutes > 0 && key === 'seen/net/#chan' && typeof atMs === 'number')
      host.values.set(key, { atMs: atMs - minutes * 60_000 })
  }
  const next = await Adapter.start({ port: scene.proxy.port, host })
  await handedIn(scene, next)
  return next
}

/** Resolves when the relay has joined again and what waited for that is stored. */
async function handedIn({ person }: Scene, { host, relay }: Adapter): Promise<void> {
  await relay.chatSnapshot(chat)
  const count = host.messages(chat.chat).filter((text) => text === 'Ann: now').length
  person.say('#chan', 'now')
  await host.until(() => host.messages(chat.chat).filter((text) => text === 'Ann: now').length > count)
}

const edges = ({ events }: RecordingHost): Extract<RemoteEvent, { kind: 'notice' }>[] =>
  events.filter((event) => event.kind === 'notice' && event.id.startsWith('edge:')) as never

describe('an IRC channel’s history that is shorter than the gap', function () {
  it('is said once, with the times, before what the history still has', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 10:1d' })
    const { adapter } = scene
    await adapter.connector.stop()
    await say(scene, numbered('missed', 30))
    await using next = await startAfter(scene, adapter.host, 20)
    const [edge, ...others] = edges(next.host)
    assert.deepEqual(others, [])
    assert.match(
      edge?.text ?? '',
      /^What was said on net between \d{4}-\d\d-\d\d \d\d:\d\d and (\d{4}-\d\d-\d\d )?\d\d:\d\d UTC may be missing here: its history does not reach back so far\.$/,
    )
    const texts = next.host.messages(chat.chat)
    assert.deepEqual(
      texts,
      ['before', ...numbered('missed', 30).slice(20), 'now'].map((text) => `Ann: ${text}`),
    )
    const messages = next.host.events.filter(({ kind }) => kind === 'message' || kind === 'notice')
    assert.equal(messages.indexOf(edge as RemoteEvent), 1)
  })

  it('is said also where the connection alone was lost', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 10:1d' })
    const { adapter, proxy, person } = scene
    const from = person.transcript.length
    proxy.rule = () => 'cut-before'
    proxy.cut()
    await person.waitFor(({ command }) => command === 'QUIT', from)
    await say(scene, numbered('missed', 30))
    proxy.rule = () => 'pass'
    await person.waitFor(({ command }) => command === 'JOIN', from)
    await handedIn(scene, adapter)
    assert.equal(edges(adapter.host).length, 1)
  })

  it('is said once for a gap although the bridge dies after it, and again for the next', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 10:1d' })
    const { adapter } = scene
    await adapter.connector.stop()
    await say(scene, numbered('missed', 30))
    const dying = await startAfter(scene, adapter.host, 20)
    // What is in the store before the goodbye.
    const left = RecordingHost.after(dying.host)
    await dying.connector.stop()
    await say(scene, numbered('missed more', 30))
    await using next = await startAfter(scene, left)
    assert.equal(edges(next.host).length, 1)
    await next.connector.stop()
    await say(scene, numbered('missed again', 30))
    await using last = await startAfter(scene, next.host)
    assert.equal(edges(last.host).length, 2)
  })

  it('is not said where the history reaches back', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 50:1d' })
    const { adapter } = scene
    await adapter.connector.stop()
    await say(scene, numbered('missed', 30))
    await using next = await startAfter(scene, adapter.host, 20)
    assert.deepEqual(edges(next.host), [])
    assert.equal(next.host.messages(chat.chat).length, 32)
  })

  it('is not said of a channel where nobody spoke, or that is joined for the first time', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 10:1d' })
    const { adapter } = scene
    await say(scene, numbered('heard', 30))
    await adapter.connector.stop()
    await using next = await startAfter(scene, adapter.host)
    assert.deepEqual(edges(next.host), [])
    const host = new RecordingHost()
    await using other = await Adapter.start({ port: scene.server.port, host, config: { relay_nick: 'other' } })
    await handedIn(scene, other)
    assert.deepEqual(edges(host), [])
  })

  it('is not said while another connection was in the channel all the while', async () => {
    await using scene = await setReadScene({ defaultModes: 'nto' })
    const { adapter } = scene
    const login = await adapter.login(alice, 'alice')
    await adapter.say(login, 'hello', { viaRelay: false })
    await adapter.relay.disconnect()
    assert.equal(adapter.host.values.get('seen/net/#chan'), undefined)
    await login.disconnect()
    const seen = adapter.host.values.get('seen/net/#chan')
    assert.ok(isJsonObject(seen) && seen['by'] === undefined)
  })
})

describe('an IRC history without ids', function () {
  it('is taken in by time and words: nothing is lost, nothing comes twice', async () => {
    await using scene = await setReadScene({ defaultModes: 'ntoH 50:1d', hasMessageIds: false })
    const { adapter } = scene
    await say(scene, ['ha', 'ha'])
    await adapter.host.until(() => adapter.host.messages(chat.chat).length === 3)
    await adapter.connector.stop()
    await say(scene, numbered('missed', 30))
    await using next = await startAfter(scene, adapter.host, 20)
    assert.deepEqual(edges(next.host), [])
    const all = ['before', 'ha', 'ha', ...numbered('missed', 30), 'now']
    assert.deepEqual(
      next.host.messages(chat.chat),
      all.map((text) => `Ann: ${text}`),
    )
  })
})

describe('an IRC channel without history', function () {
  it('says what a longer gap may have swallowed, once, and nothing of a short one', async () => {
    await using scene = await setReadScene({ defaultModes: 'nto' })
    const { adapter } = scene
    await adapter.connector.stop()
    await say(scene, numbered('missed', 3))
    await using short = await startAfter(scene, adapter.host)
    assert.deepEqual(edges(short.host), [])
    await short.connector.stop()
    await using long = await startAfter(scene, short.host, 20)
    assert.match(edges(long.host)[0]?.text ?? '', / may be missing here: it has no history of this channel\.$/)
    await long.connector.stop()
    await using again = await startAfter(scene, long.host)
    assert.equal(edges(again.host).length, 1)
  })

  it('knows after a crash until when it was there, though nobody spoke', async () => {
    await using scene = await setReadScene({ defaultModes: 'nto' })
    const { adapter } = scene
    await adapter.connector.stop()
    const long = 60 * 60_000
    for (const [heardAgoMs, expected] of [
      [long, 1],
      [1000, 0],
    ] as const) {
      const before = RecordingHost.after(adapter.host)
      before.values.set('seen/net/#chan', { atMs: Date.now() - long, by: 'relay' })
      before.values.set('heard/net/relay', Date.now() - heardAgoMs)
      await using next = await startAfter(scene, before)
      assert.equal(edges(next.host).length, expected)
      await next.connector.stop()
    }
  })
})

describe('an IRC history of which a server says how far it goes', () => {
  const minuteMs = 60_000
  const request = 'draft/chathistory batch server-time message-tags'
  const onJoin = 'batch server-time message-tags'
  const longAgo = { value: '50:1d', sinceMinutes: 1_000_000 }
  const cases = [
    { name: 'CHATHISTORY gives all it may', capabilities: request, minutesAgo: [9, 8, 7], isSaid: true },
    { name: 'CHATHISTORY gives less than it may', capabilities: request, minutesAgo: [9, 8], isSaid: false },
    { name: 'CHATHISTORY has nothing', capabilities: request, minutesAgo: [], isSaid: false },
    { name: 'CHATHISTORY reaches back', capabilities: request, minutesAgo: [25, 9, 8], isSaid: false },
    { name: '+H lasts longer than the gap', capabilities: onJoin, minutesAgo: [9], promise: longAgo, isSaid: false },
    {
      name: '+H is older than the gap, and shorter',
      capabilities: onJoin,
      minutesAgo: [9],
      promise: { value: '50:10m', sinceMinutes: 1_000_000 },
      isSaid: true,
    },
    {
      name: '+H was set after the gap began',
      capabilities: onJoin,
      minutesAgo: [9],
      promise: { value: '50:1d', sinceMinutes: 10 },
      isSaid: true,
    },
  ]
  for (const { name, capabilities, minutesAgo, promise, isSaid } of cases) {
    it(`${isSaid ? 'is' : 'is not'} told to the room: ${name}`, async () => {
      await using server = await RudeServer.start(undefined, capabilities)
      const nowMs = Date.now()
      server.onLine = ({ command, params }, client) => {
        const { nick } = client
        const send = (line: string): void => client.send(line)
        if (command === 'JOIN') send(`:rude 005 ${nick} CHATHISTORY=3 CHANMODES=b,k,lH,nt :are supported`)
        const isMode = command === 'MODE' && params.length === 1
        if (isMode) send(`:rude 324 ${nick} #chan +nt${promise ? `H ${promise.value}` : ''}`)
        if (command !== 'CHATHISTORY' && !(isMode && promise)) return isMode
        send(':rude BATCH +one chathistory #chan')
        for (const ago of minutesAgo) {
          const time = new Date(nowMs - ago * minuteMs).toISOString()
          send(`@batch=one;time=${time};msgid=m${ago} :ann!a@b PRIVMSG #chan :${ago} minutes ago`)
        }
        send(':rude BATCH -one')
        return true
      }
      const host = new RecordingHost()
      host.values.set('seen/net/#chan', { atMs: nowMs - 20 * minuteMs })
      if (promise)
        host.values.set('history/net/#chan', {
          value: promise.value,
          sinceMs: nowMs - promise.sinceMinutes * minuteMs,
        })
      await using adapter = await Adapter.start({ port: server.port, host })
      await adapter.joined()
      assert.equal(host.messages(chat.chat).length, minutesAgo.length)
      assert.deepEqual(
        edges(host).map(({ text }) => text),
        isSaid
          ? [
              `What was said on net between ${spanInWords(nowMs - 20 * minuteMs, nowMs - 9 * minuteMs + 1000)} may be missing here: its history does not reach back so far.`,
            ]
          : [],
      )
    })
  }
})
