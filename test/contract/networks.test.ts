import { loopbacks } from '../src/loopback/start-loopback.ts'
import { networkContract } from './network-contract.ts'

for (const [name, loopback] of Object.entries(loopbacks)) networkContract(name, loopback)

const redis = process.env['TEST_REDIS_URL']
for (const name of ['irc', 'whatsapp']) {
  const loopback = loopbacks[name]
  if (redis === undefined || loopback === undefined) continue
  const queue = { engine: 'bull', redis, prefix: `test-${process.pid}` }
  networkContract(name, loopback, { words: ', with its queue on Redis', settings: { queue } })
}
