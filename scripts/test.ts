// Runs the whole suite: provisions the servers that tests need, starts a PostgreSQL of its own, runs mocha on the
// sources and ends with one line of counts. Arguments are handed to mocha.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { provision } from './provision.ts'
import { startPostgres } from './start-postgres.ts'

const everything = [
  '*/test/**/*.test.ts',
  'bridges/*/test/**/*.test.ts',
  'test/{integration,contract,fault}/**/*.test.ts',
]
const summary = { passed: 0, failed: 0, skipped: 0 }
const missing = provision(['inspircd', 'postgres']).filter(({ path }) => path === undefined)
for (const { message } of missing) console.error(message)

const postgres = process.env['TEST_POSTGRES_URL'] === undefined ? await startPostgres() : undefined
if (postgres === undefined && process.env['TEST_POSTGRES_URL'] === undefined) {
  console.error('PostgreSQL could not be started: its tests are skipped')
}
try {
  const url = process.env['TEST_POSTGRES_URL'] ?? postgres?.url
  const chosen = process.argv.slice(2)
  const mocha = spawn('npx', ['mocha', ...(chosen.length > 0 ? chosen : everything)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(url !== undefined && { TEST_POSTGRES_URL: url }) },
  })
  let tail = ''
  mocha.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    tail = (tail + chunk.toString('utf8')).slice(-1_000_000)
  })
  const [code] = (await once(mocha, 'close')) as [number | null]
  summary.passed = count(tail, 'passing')
  summary.failed = count(tail, 'failing')
  summary.skipped = count(tail, 'pending')
  if (code !== 0 && summary.failed === 0) summary.failed = 1
} finally {
  await postgres?.stop()
}
const failed = summary.failed + missing.length
process.exitCode = failed > 0 || summary.passed === 0 ? 1 : 0
const skipped = summary.skipped === 0 ? '' : `, ${summary.skipped} skipped`
console.log(`${summary.passed} passed, ${failed} failed${skipped}`)

function count(output: string, word: string): number {
  const matches = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))]
  return Number(matches.at(-1)?.[1] ?? 0)
}
