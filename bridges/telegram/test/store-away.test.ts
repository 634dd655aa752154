import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { phone, startAdapter } from './support.ts'

/** A database that is restarted under a bridge refuses for a while. */
describe('while nothing can be stored or read', () => {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob', username: 'bobby' })
    server.world.post({ author: bob, chat: ada, text: 'from before' })
    await adapter.connect(ada)
    const say = (text: string): unknown => server.world.post({ author: bob, chat: ada, text })
    const said = (): string[] =>
      adapter.host.events.flatMap((event) => (event.kind === 'message' ? [plainText(event.document)] : []))
    const heard = async (text: string): Promise<void> =>
      void (await adapter.host.waitFor((one) => one.kind === 'message' && plainText(one.document) === text))
    return { adapter, say, said, heard, [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose]() }
  }

  it('what comes waits, and nothing that comes later is stored before it', async () => {
    await using scene = await stage()
    const { adapter, say, said, heard } = scene
    await say('first')
    await heard('first')
    const { promise: tried, resolve } = Promise.withResolvers<void>()
    let isAway = true
    adapter.host.beforeIngest = async () => {
      if (!isAway) return
      resolve()
      throw new Error('the database is away')
    }
    say('second')
    await tried
    say('third')
    isAway = false
    await heard('third')
    assert.deepEqual(said().slice(-3), ['first', 'second', 'third'])
  })

  it('what speaks of somebody who has to be looked for waits as well', async () => {
    await using scene = await stage()
    const { adapter, say, said, heard } = scene
    await say('first')
    await heard('first')
    await adapter.restart()
    const { promise: tried, resolve } = Promise.withResolvers<void>()
    let isAway = true
    adapter.host.beforeRead = async () => {
      if (!isAway) return
      resolve()
      throw new Error('the database is away')
    }
    say('second')
    await tried
    say('third')
    isAway = false
    await heard('third')
    assert.deepEqual(said().slice(-3), ['first', 'second', 'third'])
  })
})
