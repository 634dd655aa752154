import assert from 'node:assert/strict'
import { remoteUserId } from '@pons/core'
import { startAdapter } from '../support.ts'
import { accountIntake } from '../../src/from-network/account-intake.ts'
import { friend, friendPhone, login, stage } from './understanding.ts'

describe('what is learnt', () => {
  it('of a contact in the phone’s address book is stored, though no message comes', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    await server.world.say(bob, ada, 'from before')
    await adapter.connect(ada)
    await host.waitFor(({ kind }) => kind === 'snapshot')
    await server.world.nameContact(ada, bob, 'Bob from work')
    const isNamed = (): boolean =>
      [...host.values].some(([key, value]) => key.includes('/contact/') && JSON.stringify(value).includes('from work'))
    await host.until(isNamed)
  })

  it('by a question is stored, though no message comes', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    await server.world.setPicture(bob, Buffer.from('a face'))
    const client = await adapter.connect(ada)
    await client.userInfo(remoteUserId(bob.lid))
    await host.until(() => [...host.values.keys()].some((key) => key.endsWith(`/picture/${bob.lid}`)))
  })

  it('is stored at the end of a job that fails, too', async () => {
    const { host, known } = await stage()
    const intake = accountIntake(host, known.store, known.chats)
    const isDurable = await intake.take(() => {
      known.people.learn({ jid: friend, alternative: friendPhone })
      throw new Error('what came was nonsense')
    })
    assert.equal(isDurable, false)
    assert.equal(host.values.get(`login/${login}/lid/${friendPhone}`), friend)
  })
})
