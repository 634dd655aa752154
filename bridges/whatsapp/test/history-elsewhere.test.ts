import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { alice, startAdapter } from './support.ts'

/** What does not fit into the notice of it a phone puts beside the files of messages. */
describe('a history that lies on the media host', () => {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    server.faults.isHistoryElsewhere = true
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    await server.world.say(bob, ada, 'from before')
    const hasRoom = async (): Promise<void> => {
      const { chat } = await adapter.host.waitFor(({ kind, chat }) => kind === 'snapshot' && chat.chat === bob.lid)
      const history = await adapter.client()?.handlers.history?.({ chat, limit: 50 })
      assert.deepEqual(
        history?.map(({ document }) => plainText(document)),
        ['from before'],
      )
    }
    return { adapter, server, ada, bob, hasRoom, [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose]() }
  }

  it('is fetched from there', async () => {
    await using scene = await stage()
    await scene.adapter.connect(scene.ada)
    await scene.hasRoom()
  })

  it('is fetched again where that fails', async () => {
    await using scene = await stage()
    scene.server.faults.onMedia(503, 500)
    await scene.adapter.connect(scene.ada)
    await scene.hasRoom()
  })

  it('holds up nothing that is said while it is fetched again', async () => {
    await using scene = await stage()
    const { adapter, server, ada, bob } = scene
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    server.faults.onMedia(503)
    server.faults.beforeMedia = async () => {
      asked.resolve()
      await released.promise
    }
    await adapter.connect(ada)
    await asked.promise
    await server.world.say(bob, ada, 'meanwhile')
    await adapter.host.waitFor((event) => event.kind === 'message' && plainText(event.document) === 'meanwhile')
    released.resolve()
    await scene.hasRoom()
  })

  it('is fetched by the next start where this one ends before', async () => {
    await using scene = await stage()
    scene.server.faults.onMedia(503)
    await scene.adapter.connect(scene.ada)
    await scene.server.until(() => (scene.server.faults.hasMediaFaults ? undefined : true), 'it was asked for')
    await scene.adapter.restart()
    await scene.hasRoom()
  })

  it('is told to be missing where it is gone', async () => {
    await using scene = await stage()
    scene.server.faults.onMedia(404)
    await scene.adapter.connect(scene.ada)
    const { host } = scene.adapter
    await host.until(() => host.told.some(({ userId, text }) => userId === alice && /is missing: it is no/.test(text)))
  })
})
