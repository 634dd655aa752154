import assert from 'node:assert/strict'
import { chatKeyOf, loginIdOf } from '../src/ids.ts'
import { phone, startAdapter } from './support.ts'

describe('the chat with oneself', () => {
  it('has a name, and its person in it once', async () => {
    await using adapter = await startAdapter()
    const ada = adapter.server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const client = await adapter.connect(ada)
    const chat = chatKeyOf(`u${ada.id}`, loginIdOf(ada.id.toString()))
    const { name, members = [] } = await client.chatSnapshot(chat)
    assert.equal(name, 'Saved Messages')
    assert.equal(members.length, 1)
  })
})
