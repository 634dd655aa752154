import assert from 'node:assert/strict'
import { loginIdOf } from '../src/ids.ts'
import { phone, startAdapter } from './support.ts'

describe('a basic group that goes on as a supergroup', () => {
  it('is opened as the supergroup, by its former id as well', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    const group = server.addGroup('Friends', [bob, ada])
    const other = server.addGroup('Others', [bob, ada])
    const supergroup = server.migrate(group)
    await adapter.connect(ada)
    const open = async (identifier: string) =>
      await adapter.connector.handlers.openChat?.({
        identifier,
        login: loginIdOf(ada.id.toString()),
        requestedBy: '@alice:test' as never,
      })
    const opened = await open(`g${group.id}`)
    assert.deepEqual(opened?.chat, { chat: `c${supergroup.id}` })
    assert.equal(opened?.snapshot.name, 'Friends')
    assert.equal(opened?.isAdmitted, true)
    assert.equal((await open(`g${other.id}`))?.chat.chat, `g${other.id}`)
    assert.deepEqual(server.violations, [])
  })
})
