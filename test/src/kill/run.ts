// npm run kill -- --rounds N [--seed S] [--database URL] [--no-history]
import { parseArgs } from 'node:util'
import { runKillSuite, summaryLine } from './kill-suite.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string' },
    'no-history': { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  console.error('kill: --rounds takes a whole number from 1, --seed a whole number')
  process.exit(2)
}
console.log(`seed ${seed}`)
const result = await runKillSuite({
  rounds,
  seed,
  hasHistory: !values['no-history'],
  ...(values.database !== undefined && { database: values.database }),
  say: (line) => console.log(line),
})
for (const line of result.details) console.log(line)
console.log(
  `${result.accepted} lines accepted; killed: ${[...result.kills].map(([step, n]) => `${step} ${n}`).join(', ')}`,
)
console.log(summaryLine(result))
process.exitCode = result.lost + result.doubled + result.reordered === 0 ? 0 : 1
