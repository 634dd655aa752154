import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const ghost = '@sim_bert:test.local'
const isSend = (url: string): boolean => url.includes('/send/m.room.message/')
const deviceIn = (url: string): string | null => new URL(url, 'http://hs').searchParams.get('device_id')

onEveryEngine('a homeserver that keeps transaction ids of devices', (open) => {
  it('is told a device with what is sent, which is made where it is not there', async () => {
    const sent: (string | null)[] = []
    const made: string[] = []
    await using stage = await open({
      deviceId: 'PONS',
      between({ method, url }) {
        if (method === 'PUT' && url.includes('/devices/PONS')) made.push(url)
        if (isSend(url)) sent.push(deviceIn(url))
        return undefined
      },
    })
    const alice = await hearsBert(stage)
    // Somebody takes it away.
    const device = `/_matrix/client/v3/devices/PONS?user_id=${encodeURIComponent(ghost)}`
    await stage.asBot('DELETE', device, {})
    await stage.network.say('garden', 'bert', 'third')
    await alice.hear('third')
    assert.equal(made.length, 2)
    assert.ok(made.every((url) => url.includes(encodeURIComponent(ghost))))
    assert.deepEqual([...new Set(sent)], ['PONS'])
  })

  it('is told none where it lets nobody make one', async () => {
    const sent: (string | null)[] = []
    await using stage = await open({
      deviceId: 'PONS',
      between({ url }) {
        if (url.includes('/devices/')) return { status: 404, headers: {}, body: { errcode: 'M_UNRECOGNIZED' } }
        if (isSend(url)) sent.push(deviceIn(url))
        return undefined
      },
    })
    await hearsBert(stage)
    assert.deepEqual(sent, ['PONS', null, null])
  })
})

/** Somebody who has heard two messages of a ghost. */
async function hearsBert(stage: Stage): Promise<MatrixPerson> {
  const alice = await stage.person('alice')
  await stage.network.say('garden', 'bert', 'first')
  await stage.settled()
  await alice.join('#sim_garden:test.local')
  await stage.network.say('garden', 'bert', 'second')
  await alice.hear('second')
  return alice
}
