import assert from 'node:assert/strict'
import { chatKeyOf, loginIdOf, type Jid } from '../src/ids.ts'
import { startAdapter } from './support.ts'

describe('the chat with oneself', () => {
  it('has a name, and its person in it once', async () => {
    await using adapter = await startAdapter()
    const ada = adapter.server.addPerson({ name: 'Ada', phone: '15550000001' })
    const client = await adapter.connect(ada)
    const login = loginIdOf({ phone: ada.pn as Jid, lid: ada.lid as Jid })
    const chat = chatKeyOf(ada.lid as Jid, login)
    const { name, members = [] } = await client.chatSnapshot(chat)
    assert.equal(name, 'Note to self')
    assert.equal(members.length, 1)
  })
})
