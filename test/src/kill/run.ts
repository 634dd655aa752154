// npm run kill -- [--network NAME] --rounds N [--homeserver synapse] [--seed S] [--database URL] [--redis URL] [--shared] [--no-history]
import { parseArgs } from 'node:util'
import { startIrcLoopback } from '../loopback/irc-loopback.ts'
import { loopbacks, sharedLoopbacks } from '../loopback/start-loopback.ts'
import { findSynapse } from '../synapse/synapse.ts'
import { runKillSuite, summaryLine } from './kill-suite.ts'

const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'irc' },
    homeserver: { type: 'string', default: 'bundled' },
    rounds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string' },
    redis: { type: 'string' },
    shared: { type: 'boolean', default: false },
    'no-history': { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const startNetwork = values['no-history']
  ? () => startIrcLoopback({ keepsHistory: false })
  : values.shared
    ? sharedLoopbacks[values.network]?.start
    : loopbacks[values.network]?.start
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || startNetwork === undefined) {
  console.error('kill: --rounds takes a whole number from 1, --seed a whole number')
  console.error(`kill: --network takes one of ${Object.keys(loopbacks).join(', ')}; --no-history is for irc alone`)
  process.exit(2)
}
const synapse = values.homeserver === 'synapse' ? findSynapse() : undefined
if (values.homeserver !== 'bundled' && synapse === undefined) {
  console.error('kill: --homeserver takes bundled, or synapse where it is installed: node scripts/provision.ts synapse')
  process.exit(2)
}
console.log(`seed ${seed}`)
const result = await runKillSuite({
  network: await startNetwork(),
  rounds,
  seed,
  ...(values.database !== undefined && { database: values.database }),
  ...(synapse !== undefined && { synapse }),
  ...(values.redis !== undefined && { redis: values.redis }),
  say: (line) => console.log(line),
})
for (const line of result.details) console.log(line)
console.log(
  `${result.accepted} lines accepted; killed: ${[...result.kills].map(([step, n]) => `${step} ${n}`).join(', ')}`,
)
if (result.missed.length > 0) console.log(`never ended at: ${result.missed.join(', ')}`)
console.log(summaryLine(result))
const wrong = result.lost + result.doubled + result.reordered + result.details.length + result.missed.length
process.exitCode = wrong === 0 ? 0 : 1
