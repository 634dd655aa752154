import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { phone, startAdapter } from './support.ts'

describe('how the owner of an account has noted somebody', () => {
  it('is said of nobody, and names the private chat with them', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob', username: 'bobby' })
    bob.told = { contact: true, first_name: 'The', last_name: 'plumber' }
    const group = server.addGroup('Friends', [bob, ada])
    await adapter.connect(ada)
    const heard = async (text: string, chat: typeof ada | typeof group) => {
      server.world.post({ author: bob, chat, text })
      const event = await host.waitFor((one) => one.kind === 'message' && plainText(one.document) === text)
      assert.ok(event.kind === 'message')
      return event
    }
    const inGroup = await heard('to all', group)
    assert.equal(inGroup.sender.name, undefined)
    assert.equal(inGroup.sender.stopgapName, 'bobby')
    assert.ok(!JSON.stringify(inGroup).includes('plumber'))
    const alone = await heard('to one', ada)
    assert.equal(alone.createPortal?.name, 'The plumber')
    assert.ok(!JSON.stringify(alone.createPortal.members).includes('plumber'))
  })
})
