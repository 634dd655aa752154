import assert from 'node:assert/strict'
import type { ChatSnapshot } from '@pons/core'
import { RudeServer } from '../../../test/src/irc/rude-server.ts'
import { heard, setScriptedScene, type ScriptedScene } from './scene.ts'
import { Adapter, chat } from './support.ts'

/** Who is in a channel is told in as many lines as a server likes, with other things in between, or not to the end. */
describe('a list of names', () => {
  const names = (list: string): string => `:rude 353 relay = #chan :${list}`
  const end = ':rude 366 relay #chan :End of /NAMES list.'
  const admitted = ':relay!bridge@host JOIN #chan'

  /** A server whose channel is told by these lines, for each time that it is entered. */
  async function stage(...entries: readonly (readonly string[])[]): Promise<ScriptedScene> {
    const left = [...entries]
    return await setScriptedScene(({ command }, connection) => {
      if (command !== 'JOIN') return false
      const lines = left.length > 1 ? left.shift() : left[0]
      for (const line of lines ?? []) connection.send(line)
      return true
    })
  }

  const first = ({ host }: Adapter): ChatSnapshot => {
    const event = host.events.find(({ kind }) => kind === 'snapshot')
    assert.ok(event?.kind === 'snapshot')
    return event.snapshot
  }
  const who = ({ members = [] }: ChatSnapshot): Record<string, number> =>
    Object.fromEntries(members.map(({ user, powerLevel = 0 }) => [user.name ?? '', powerLevel]))
  it('of several lines is one list', async () => {
    await using scene = await stage([admitted, names('relay @ann'), names('+bob carol'), end])
    const snapshot = first(scene.adapter)
    assert.deepEqual(who(snapshot), { ann: 50, bob: 1, carol: 0 })
    assert.equal(snapshot.membersComplete, true)
  })

  it('takes in who comes, goes, is renamed and gets a rank while it is told', async () => {
    const meanwhile = [
      ':dave!d@b JOIN #chan',
      ':eve!e@b QUIT :gone',
      ':fred!f@b PART #chan',
      ':op!o@b KICK #chan gert :out',
      ':hugo!h@b NICK :hugo2',
      ':op!o@b MODE #chan +v ann',
    ]
    await using scene = await stage([
      admitted,
      names('relay ann @op eve fred gert hugo'),
      ...meanwhile,
      names('bob'),
      end,
    ])
    const snapshot = first(scene.adapter)
    assert.deepEqual(who(snapshot), { ann: 1, op: 50, hugo2: 0, dave: 0, bob: 0 })
    assert.equal(snapshot.membersComplete, true)
  })

  for (const [what, lines] of [
    ['ends before it began', [end]],
    ['names others and not us', [names('ann bob'), end]],
    ['does not end', [names('relay ann')]],
    ['ends for another channel', [names('relay ann'), ':rude 366 relay #other :End of /NAMES list.']],
    ['ends for all of them', [names('relay ann'), ':rude 366 relay * :End of /NAMES list.']],
  ] as const) {
    it(`that ${what} makes nobody leave`, async () => {
      await using scene = await stage([admitted, ...lines])
      assert.equal(first(scene.adapter).membersComplete, false)
      const later = await scene.adapter.relay.chatSnapshot(chat)
      assert.equal(later.membersComplete, false)
    })
  }

  it('that ends late makes whoever is not in it leave then', async () => {
    await using scene = await stage([admitted, names('relay ann')])
    const { adapter, connection } = scene
    assert.equal(first(adapter).membersComplete, false)
    const before = adapter.host.events.length
    connection.send(names('bob'))
    connection.send(end)
    const event = await adapter.host.waitFor(({ kind }) => kind === 'snapshot', before)
    assert.ok(event.kind === 'snapshot')
    assert.equal(event.snapshot.membersComplete, true)
    assert.deepEqual(Object.keys(who(event.snapshot)), ['ann', 'bob'])
  })

  it('that is told again in part removes nobody of those who are known', async () => {
    await using scene = await stage([admitted, names('relay @ann bob'), end])
    const { adapter, connection } = scene
    for (const line of [names('carol'), end, end]) connection.send(line)
    await heard(scene)
    assert.deepEqual(who(await adapter.relay.chatSnapshot(chat)), { ann: 50, bob: 0, carol: 0 })
  })

  it('that was cut by a kick is no part of the next one', async () => {
    await using scene = await stage(
      [admitted, names('relay ann old'), ':ann!a@b KICK #chan relay :out'],
      [admitted, names('relay ann'), end],
    )
    assert.deepEqual(who(first(scene.adapter)), { ann: 0 })
  })

  it('that was cut by the end of the connection makes nobody leave, and is no part of the next one', async () => {
    await using server = await RudeServer.start([{ kind: 'polite' }])
    let times = 0
    server.onLine = ({ command }, connection) => {
      if (command !== 'JOIN') return false
      for (const line of [admitted, names('relay ann')]) connection.send(line)
      if (++times === 1) connection.socket.end()
      else for (const line of [names('bob'), end]) connection.send(line)
      return true
    }
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const snapshots = adapter.host.events.flatMap((event) => (event.kind === 'snapshot' ? [event.snapshot] : []))
    assert.deepEqual(snapshots.map(who), [{ ann: 0, bob: 0 }])
  })

  it('follows our own change of nick', async () => {
    await using scene = await stage([admitted, ':relay!bridge@host NICK :other', names('other ann'), end])
    assert.equal(first(scene.adapter).membersComplete, true)
  })

  it('does not have to name whoever gets a rank', async () => {
    await using scene = await stage([admitted, names('ann'), end])
    const { adapter, connection } = scene
    connection.send(':ann!a@b MODE #chan +o bob')
    await heard(scene)
    assert.deepEqual(levelsOf(adapter), [{ user: 'net/bob', powerLevel: 50 }])
  })

  it('leaves the rank of somebody it did not name, where only a part of it goes', async () => {
    await using scene = await stage([admitted, names('ann'), end])
    const { adapter, connection } = scene
    connection.send(':ann!a@b MODE #chan -v bob')
    await heard(scene)
    assert.deepEqual(levelsOf(adapter), [])
  })
})

/** Of changes; a list brings its own. */
function levelsOf({ host }: Adapter): readonly unknown[] {
  return host.events.flatMap((event) => (event.kind === 'chat-info' ? (event.levels ?? []) : []))
}
