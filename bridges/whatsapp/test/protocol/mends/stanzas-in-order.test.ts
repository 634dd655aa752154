import assert from 'node:assert/strict'
import type { EventEmitter } from 'node:events'
import { keepStanzasInOrder } from '../../../src/protocol/mends/stanzas-in-order.ts'
import { libraryClient } from '../../library-client.ts'

describe('stanzas that had waited, and one that comes behind them', () => {
  const names = ['the first that waited', 'the second that waited', 'the third that waited', 'what came then']

  /** What a group is called, in the order in which the client says it. */
  async function heard(mend: typeof keepStanzasInOrder): Promise<string[]> {
    await using scene = await libraryClient()
    const { client, group, contact } = scene
    mend(client.socket)
    const subjects: string[] = []
    const all = Promise.withResolvers<void>()
    client.socket.ev.on('messages.upsert', ({ messages }) => {
      subjects.push(...messages.flatMap(({ messageStubParameters }) => messageStubParameters ?? []))
      if (subjects.length >= names.length) all.resolve()
    })
    const source = client.socket.ws as unknown as EventEmitter
    for (const [index, subject] of names.entries()) {
      const waited = index < names.length - 1 ? { offline: '1' } : {}
      const attrs = {
        from: group.jid,
        participant: contact.lid,
        type: 'w:gp2',
        id: `G${index}`,
        t: '1700000000',
        ...waited,
      }
      source.emit('CB:notification', { tag: 'notification', attrs, content: [{ tag: 'subject', attrs: { subject } }] })
    }
    await all.promise
    return subjects
  }

  it('are dealt with in the order in which they came', async () => {
    assert.deepEqual(await heard(keepStanzasInOrder), names)
  })

  it('are overtaken with the library alone', async () => {
    assert.notDeepEqual(await heard(() => undefined), names)
  })
})
