import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEnd } from '../../../src/protocol/mends/before-end.ts'
import { libraryClient } from '../../library-client.ts'

describe('a question on a connection that we end', () => {
  const ask = async (socket: Awaited<ReturnType<typeof libraryClient>>['client']['socket']): Promise<unknown> =>
    await socket.query({ tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' } })

  async function stage() {
    const scene = await libraryClient()
    // Nothing is answered while the test lasts.
    scene.server.faults.delayMs = 3_600_000
    return scene
  }

  it('is given up at once', async () => {
    await using scene = await stage()
    const { socket } = scene.client
    const asked = assert.rejects(beforeEnd(socket, ask), /has ended/)
    await socket.end(undefined)
    await asked
  })

  it('is waited for by the library alone, though no answer can come', async () => {
    await using scene = await stage()
    const { socket } = scene.client
    let isOver = false
    const over = (): void => void (isOver = true)
    void ask(socket).then(over, over)
    await socket.end(undefined)
    for (let count = 0; count < 10; count++) await turn()
    assert.equal(isOver, false)
  })
})
