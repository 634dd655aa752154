import assert from 'node:assert/strict'
import type { ChatSnapshot, RemoteEvent } from '@pons/core'
import { startInspircd } from '../../../test/src/irc/inspircd.ts'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { heard, setScriptedScene, type ScriptedScene } from './scene.ts'
import { Adapter, chat } from './support.ts'

/** What a server leaves out is as it was. Who is in a channel is in `names.test.ts`. */
describe('what an IRC server leaves out', () => {
  /** A server that answers questions for modes with these parameters; not at all where there are none. */
  async function stage(modes?: string): Promise<ScriptedScene> {
    return await setScriptedScene(({ command, params }, connection) => {
      if (command !== 'MODE' || params.length !== 1 || modes === undefined) return false
      connection.send(`:rude 324 relay #chan${modes}`)
      return true
    })
  }

  const infos = ({ host }: Adapter): readonly RemoteEvent[] => host.events.filter(({ kind }) => kind === 'chat-info')
  const levels = ({ sendLevel, topicLevel, joinRule, isListed }: ChatSnapshot): unknown[] => [
    sendLevel,
    topicLevel,
    joinRule,
    isListed,
  ]

  for (const [what, modes, expected] of [
    ['no answer', undefined, [undefined, undefined, 'invite', false]],
    ['an answer without modes', '', [undefined, undefined, 'invite', false]],
    ['an answer with none', ' +', [0, 0, 'public', true]],
    ['an answer with some', ' +mt', [1, 25, 'public', true]],
  ] as const) {
    it(`is who may speak, and opens nothing: ${what}`, async () => {
      await using scene = await stage(modes)
      assert.deepEqual(levels(await scene.adapter.relay.chatSnapshot(chat)), expected)
    })
  }

  it('is the topic: a line that says none does not clear it, one that says an empty one does', async () => {
    await using scene = await stage(' +')
    const { adapter, connection } = scene
    for (const line of [':a!b@c TOPIC #chan :plants', ':a!b@c TOPIC #chan', ':rude 332 relay #chan'])
      connection.send(line)
    await heard(scene)
    const told = infos(adapter)
    assert.deepEqual(
      told.map((event) => event.kind === 'chat-info' && event.changes),
      [{ topic: 'plants' }],
    )
    assert.equal((await adapter.relay.chatSnapshot(chat)).topic, 'plants')
    const before = adapter.host.events.length
    connection.send(':a!b@c TOPIC #chan :')
    const event = await adapter.host.waitFor(({ kind }) => kind === 'chat-info', before)
    assert.deepEqual(event.kind === 'chat-info' && event.changes, { topic: '' })
  })

  it('is the topic when we come: then there is none, and one that was cleared meanwhile is gone', async () => {
    await using server = await startInspircd()
    await using ann = await IrcPerson.connect({ ...server, nick: 'Ann' })
    await ann.join('#chan')
    const topics: unknown[] = []
    for (const topic of ['plants', '']) {
      ann.topic('#chan', topic)
      await ann.settled()
      await using adapter = await Adapter.start({ port: server.port })
      topics.push((await adapter.relay.chatSnapshot(chat)).topic)
    }
    assert.deepEqual(topics, ['plants', ''])
  })
})
