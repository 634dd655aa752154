import assert from 'node:assert/strict'
import { plainText, type RemoteEvent } from '@pons/core'
import { startAdapter } from './support.ts'

describe('two logins of this bridge in one WhatsApp group', function () {
  const textOf = (event: RemoteEvent): string =>
    event.kind === 'message' || event.kind === 'edit' ? plainText(event.document) : ''

  it('what one of them could not read, the other does, and it takes the line’s place', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const [ada, bob, cyd] = ['Ada', 'Bob', 'Cyd'].map((name, index) =>
      server.addPerson({ name, phone: `1555000000${index + 1}` }),
    )
    assert.ok(ada !== undefined && bob !== undefined && cyd !== undefined)
    const group = server.addGroup('Friends', [ada, bob, cyd])
    const first = await adapter.connect(ada)
    const second = await adapter.connect(cyd)
    const { host } = adapter
    await second.disconnect()
    server.faults.arePhonesOff = true
    server.faults.onPush('corrupt')
    const { id } = await server.world.say(bob, group, 'the words')
    await host.waitFor((event) => textOf(event).includes('could not be decrypted'))
    await second.connect()
    const edit = await host.waitFor((event) => textOf(event) === 'the words')
    assert.deepEqual(edit.kind === 'edit' && [edit.target, edit.targetAuthor, edit.chat.chat], [id, bob.lid, group.jid])
    // Nobody is told that it did not come.
    const left = (await host.store.list('login/')).filter(({ key }) => key.includes('/placeholder/'))
    assert.deepEqual(left, [])
    await server.world.say(bob, group, 'after')
    await host.waitFor((event) => textOf(event) === 'after')
    assert.deepEqual(
      host.events
        .filter(({ chat, kind }) => chat.chat === group.jid && kind !== 'snapshot')
        .map(textOf)
        .slice(1),
      ['the words', 'after'],
    )
    await first.disconnect()
  })
})
