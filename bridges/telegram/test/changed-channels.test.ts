import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { phone, startAdapter } from './support.ts'

describe('a channel of which a difference of the account says that something has happened there', () => {
  it('is asked what', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    const club = server.addChannel('Club', [bob, ada])
    await adapter.connect(ada)
    await host.waitFor(({ chat }) => chat.chat === `c${club.id}`)
    server.faults.arePushesLost = true
    server.world.post({ author: bob, chat: club, text: 'lost on the way' })
    server.faults.arePushesLost = false
    server.pushTooLong(ada)
    await host.waitFor((event) => event.kind === 'message' && plainText(event.document) === 'lost on the way')
    assert.deepEqual(server.violations, [])
  })
})
