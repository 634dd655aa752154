import assert from 'node:assert/strict'
import type { CuttingProxy, LineFate } from '../../../test/src/irc/cutting-proxy.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { setCuttableScene, type CuttableScene, type Scene } from './scene.ts'
import { Adapter, chat } from './support.ts'

/** What Ann has heard in the channel. */
async function textsOf({ person }: Scene): Promise<string[]> {
  await person.settled()
  return person.heard('#chan').map(({ text }) => text)
}

/** Cuts at the n-th line that says something. */
function cutAt(proxy: CuttingProxy, count: number, fate: LineFate): void {
  let seen = 0
  proxy.rule = (line) => (/^(?:@\S+ )?PRIVMSG #chan/.test(line) && ++seen === count ? fate : 'pass')
}

describe('a connection that breaks while a line is sent', () => {
  for (const fate of ['cut-before', 'cut-after'] as const) {
    it(`is made up for by the channel’s history (${fate})`, async () => {
      await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
      const { adapter, proxy } = scene
      await adapter.say(adapter.relay, 'same')
      cutAt(proxy, 1, fate)
      for (const text of ['same', 'same', 'end']) {
        const [result] = await adapter.say(adapter.relay, text)
        assert.equal(result?.isConfirmed, true)
        assert.ok(result?.remoteId)
      }
      assert.deepEqual(
        await textsOf(scene),
        ['same', 'same', 'same', 'end'].map((text) => `<Alice> ${text}`),
      )
    }).timeout(30_000)
  }

  it('waits until the old connection has left before it judges', async () => {
    await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
    const { adapter, proxy, person } = scene
    await adapter.say(adapter.relay, 'first')
    proxy.isLingering = true
    cutAt(proxy, 1, 'cut-before')
    await person.waitFor(({ command, params }) => command === 'PRIVMSG' && params[1] === '<Alice> first')
    const from = person.transcript.length
    const sent = adapter.say(adapter.relay, 'second')
    await person.waitFor(({ command, nick }) => command === 'JOIN' && nick.startsWith('relay_'), from)
    await person.settled()
    assert.ok(
      !person.transcript.slice(from).some(({ command, nick }) => command === 'PRIVMSG' && nick.startsWith('relay')),
    )
    proxy.release()
    await sent
    assert.deepEqual(await textsOf(scene), ['<Alice> first', '<Alice> second'])
  }).timeout(30_000)

  for (const fate of ['cut-before', 'cut-after'] as const) {
    it(`is told as uncertain where there is no history (${fate})`, async () => {
      await using scene = await setCuttableScene({ defaultModes: 'nto' })
      const { adapter, proxy } = scene
      await adapter.say(adapter.relay, 'first')
      cutAt(proxy, 1, fate)
      await assert.rejects(
        adapter.say(adapter.relay, 'second'),
        (error: { isCertain?: boolean }) => error.isCertain === false,
      )
    }).timeout(30_000)
  }

  it('is judged by what another connection saw', async () => {
    await using scene = await setCuttableScene({ defaultModes: 'nto' })
    const { adapter, proxy, server } = scene
    const login = await adapter.login('@bob:test' as never, 'bob')
    await adapter.say(login, 'here', { viaRelay: false })
    assert.ok(server.port)
    let relays = 0
    proxy.rule = (line) => (/PRIVMSG #chan :?<Alice> /.test(line) && ++relays === 1 ? 'cut-after' : 'pass')
    const [result] = await adapter.say(adapter.relay, 'seen by bob')
    assert.ok(result?.remoteId)
    assert.deepEqual(await textsOf(scene), ['here', '<Alice> seen by bob'])
    await login.disconnect()
  }).timeout(30_000)
})

describe('a line that goes out in pieces', () => {
  it('is not said again from its beginning when a later piece is refused', async () => {
    // The server takes no colours in this channel: it is the second piece that has one.
    await using scene = await setCuttableScene({ defaultModes: 'ntoc', extra: '<module name="blockcolor">' })
    const { adapter } = scene
    const text = `${'word '.repeat(120)}\u000304red`
    const action = { type: 'say', command: 'PRIVMSG', target: '#chan', text }
    await assert.rejects(adapter.transmit(adapter.relay, action), { isCertain: false })
    assert.equal((await textsOf(scene)).length, 1)
  }).timeout(30_000)
})

describe('a line that was being sent when the bridge died', () => {
  /** Dies while the last of the texts is sent; returns what the next process finds out. */
  async function crash(
    scene: CuttableScene,
    texts: readonly string[],
    fate: LineFate,
    isStarted = true,
  ): Promise<{ fate: string; next: Adapter }> {
    const { adapter, proxy } = scene
    let lastConfirmed
    for (const text of texts.slice(0, -1)) lastConfirmed = (await adapter.say(adapter.relay, text))[0]?.remoteId
    const [action] = await adapter.relay.handlers.message(adapter.intent(texts.at(-1) ?? ''))
    cutAt(proxy, 1, fate)
    const stop = new AbortController()
    const startedAtMs = Date.now()
    const dying = adapter.transmit(adapter.relay, action!, chat, stop.signal).catch(() => undefined)
    await adapter.host.waitForState('TRANSIENT_DISCONNECT')
    const host = RecordingHost.after(adapter.host)
    stop.abort(new Error('died'))
    await adapter.connector.stop()
    await dying
    proxy.rule = () => 'pass'
    const next = await Adapter.start({ port: proxy.port, host, isStarted })
    const found = next.recover(next.relay, action!, startedAtMs, lastConfirmed)
    if (!isStarted) await next.connector.start()
    return { fate: (await found).fate, next }
  }

  const cases: readonly { name: string; texts: string[]; fate: LineFate; modes: string; expected: string }[] = [
    { name: 'arrived', texts: ['one', 'two'], fate: 'cut-after', modes: 'ntoH 50:1d', expected: 'sent' },
    { name: 'did not arrive', texts: ['one', 'two'], fate: 'cut-before', modes: 'ntoH 50:1d', expected: 'not-sent' },
    {
      name: 'arrived, the same as one before',
      texts: ['one', 'one'],
      fate: 'cut-after',
      modes: 'ntoH 50:1d',
      expected: 'sent',
    },
    {
      name: 'did not arrive, the same as one before',
      texts: ['one', 'one'],
      fate: 'cut-before',
      modes: 'ntoH 50:1d',
      expected: 'not-sent',
    },
    {
      name: 'may have arrived, without a history',
      texts: ['one', 'two'],
      fate: 'cut-after',
      modes: 'nto',
      expected: 'unknown',
    },
    {
      name: 'was the very first, without a history',
      texts: ['one'],
      fate: 'cut-before',
      modes: 'nto',
      expected: 'unknown',
    },
  ]
  for (const { name, texts, fate, modes, expected } of cases) {
    it(`${name}: ${expected}`, async () => {
      await using scene = await setCuttableScene({ defaultModes: modes })
      const found = await crash(scene, texts, fate)
      assert.equal(found.fate, expected)
      await found.next.connector.stop()
    }).timeout(30_000)
  }

  for (const [fate, expected] of [
    ['cut-after', 'sent'],
    ['cut-before', 'not-sent'],
  ] as const) {
    it(`is looked up also when it is asked for before the connection was started: ${expected}`, async () => {
      await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
      const found = await crash(scene, ['one', 'two'], fate, false)
      assert.equal(found.fate, expected)
      await found.next.connector.stop()
    }).timeout(30_000)
  }

  it('waits with a new line for the start, too', async () => {
    await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
    await scene.adapter.connector.stop()
    const host = RecordingHost.after(scene.adapter.host)
    await using next = await Adapter.start({ port: scene.proxy.port, host, isStarted: false })
    const said = next.say(next.relay, 'early')
    await next.connector.start()
    const [result] = await said
    assert.equal(result?.isConfirmed, true)
    assert.deepEqual(await textsOf(scene), ['<Alice> early'])
  }).timeout(30_000)

  it('is the first of all: a young channel’s complete history tells', async () => {
    await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
    // The history's times are whole seconds, so the channel must be older than one: the server says that it is.
    scene.proxy.retell = (line) =>
      line.replace(
        /^((?:@\S+ )?:\S+ 329 \S+ #chan :?)(\d+)$/,
        (_, head: string, madeAt: string) => head + (Number(madeAt) - 60),
      )
    const found = await crash(scene, ['one'], 'cut-before')
    assert.equal(found.fate, 'not-sent')
    await found.next.connector.stop()
  }).timeout(30_000)
})

describe('what was said while the bridge was away', () => {
  it('is stored once, in order, before what is said after', async () => {
    await using scene = await setCuttableScene({ defaultModes: 'ntoH 50:1d' })
    const { adapter, person, server } = scene
    person.say('#chan', 'before')
    await adapter.host.waitFor((event) => event.kind === 'message')
    await adapter.say(adapter.relay, 'from Matrix')
    await adapter.connector.stop()
    for (let count = 0; count < 5; count++) person.say('#chan', `missed ${count % 2}`)
    await person.settled()
    const host = RecordingHost.after(adapter.host)
    await using next = await Adapter.start({ port: server.port, host })
    await person.waitFor(
      ({ command, nick }) => command === 'JOIN' && nick === 'relay',
      person.transcript.findIndex(({ command }) => command === 'QUIT'),
    )
    person.say('#chan', 'after')
    await next.host.until(() => next.host.messages(chat.chat).includes('Ann: after'))
    assert.deepEqual(
      next.host.messages(chat.chat),
      ['before', 'missed 0', 'missed 1', 'missed 0', 'missed 1', 'missed 0', 'after'].map((text) => `Ann: ${text}`),
    )
    const missed = host.events.filter((event) => event.kind === 'message')
    assert.ok(missed.every(({ id }) => id.startsWith('id:')))
  }).timeout(30_000)
})
