import assert from 'node:assert/strict'
import { MetricsRegistry } from '@pons/core'
import { onEveryEngine } from './support.ts'

onEveryEngine('the gauges of the metrics', (open) => {
  it('are read from the bridge that runs whenever somebody reads them', async () => {
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
})
