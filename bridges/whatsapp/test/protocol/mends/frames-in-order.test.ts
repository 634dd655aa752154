import assert from 'node:assert/strict'
import type { EventEmitter } from 'node:events'
import { keepFramesInOrder } from '../../../src/protocol/mends/frames-in-order.ts'
import { libraryClient } from '../../library-client.ts'

describe('frames of which some are compressed', () => {
  const sent = Array.from({ length: 20 }, (_, number) => String(number))

  /** The numbers of stanzas in the order in which they are handed out, where all frames come at the same moment. */
  async function heard(mend: typeof keepFramesInOrder): Promise<string[]> {
    await using scene = await libraryClient()
    const { client, server, owner } = scene
    const source = client.socket.ws as unknown as EventEmitter
    mend(client.socket)
    const receive = source.listeners('message') as ((frame: unknown) => void)[]
    const [frames, numbers] = [[] as unknown[], [] as string[]]
    const [hasCome, isHeard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    source.removeAllListeners('message')
    source.on('message', (frame: unknown) => {
      frames.push(frame)
      if (frames.length === sent.length) hasCome.resolve()
    })
    source.on('CB:ib,,numbered', ({ attrs }: { attrs: Record<string, string> }) => {
      numbers.push(attrs['number'] ?? '')
      if (numbers.length === sent.length) isHeard.resolve()
    })
    server.faults.compressEvery = 2
    for (const number of sent)
      server.pushRaw(owner, { tag: 'ib', attrs: { number }, content: [{ tag: 'numbered', attrs: {} }] })
    await hasCome.promise
    for (const frame of frames) for (const take of receive) take(frame)
    await isHeard.promise
    return numbers
  }

  it('keep their order', async () => {
    assert.deepEqual(await heard(keepFramesInOrder), sent)
  })

  it('lose it with the library alone', async () => {
    assert.notDeepEqual(await heard(() => undefined), sent)
  })
})
