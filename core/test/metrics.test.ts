import assert from 'node:assert/strict'
import { MetricsRegistry } from '@pons/core'
import { onEveryEngine } from './support.ts'

onEveryEngine('the metrics', (open) => {
  it('have gauges that are read from the bridge that runs whenever somebody reads them', async () => {
    const metrics = new MetricsRegistry()
    await using stage = await open({ metrics })
    const read = async (): Promise<string> => await metrics.registry.metrics()
    const connections = (state: string): string => `bridge_connections{network="sim",state="${state}"}`
    assert.match(await read(), /bridge_queue_depth\{network="sim",queue="inbox",state="pending"\} 0/)
    assert.match(await read(), /bridge_queue_oldest_seconds\{network="sim",queue="journal"\} 0/)
    stage.network.host.clientState({ name: 'one', state: 'CONNECTED' })
    stage.network.host.clientState({ name: 'two', state: 'CONNECTED' })
    assert.ok((await read()).includes(`${connections('CONNECTED')} 2`))
    stage.network.host.clientState({ name: 'two', state: 'LOGGED_OUT' })
    assert.ok((await read()).includes(`${connections('CONNECTED')} 1`))
    assert.ok((await read()).includes(`${connections('LOGGED_OUT')} 1`))
    await stage.restartBridge()
    assert.ok((await read()).includes(`${connections('LOGGED_OUT')} 0`))
  })

  it('count events from Matrix by the types that bridges know, whatever somebody calls theirs', async () => {
    const metrics = new MetricsRegistry()
    await using stage = await open({ metrics })
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    for (const type of ['m.room.message', 'org.example.one', 'org.example.two']) {
      await alice.request('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${type}/${type}`, {
        msgtype: 'm.text',
        body: type,
      })
    }
    await stage.settled()
    const counted = (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('bridge_matrix_event{'))
    const kinds = new Map(counted.map((line) => [/kind="([^"]*)"/.exec(line)?.[1], Number(line.split(' ').at(-1))]))
    assert.equal(kinds.get('m.room.message'), 1)
    assert.equal(kinds.get('other'), 2)
    assert.ok(![...kinds.keys()].some((kind) => kind?.startsWith('org.example')), counted.join('\n'))
  })
})
