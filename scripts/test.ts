// Runs the whole suite: provisions the servers that tests need, starts PostgreSQL and Redis of its own, runs mocha on the
// sources and ends with one line of counts. Arguments are handed to mocha.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { provision } from './provision.ts'
import { startPostgres } from './start-postgres.ts'
import { startRedis } from './start-redis.ts'

const everything = [
  '*/test/**/*.test.ts',
  'bridges/*/test/**/*.test.ts',
  'test/{integration,contract,fault}/**/*.test.ts',
]
const summary = { passed: 0, failed: 0, skipped: 0 }
const provided = provision(['inspircd', 'postgres', 'redis'])
const missing = provided.filter(({ path }) => path === undefined)
for (const { message } of missing) console.error(message)

const postgres = process.env['TEST_POSTGRES_URL'] === undefined ? await startPostgres() : undefined
if (postgres === undefined && process.env['TEST_POSTGRES_URL'] === undefined) {
  console.error('PostgreSQL could not be started: its tests are skipped')
}
const redisProgram = provided.find(({ what }) => what === 'redis')?.path
const givenRedis = process.env['TEST_REDIS_URL']
const redis = givenRedis === undefined && redisProgram !== undefined ? await startRedis(redisProgram) : undefined
const redisUrl = givenRedis ?? redis?.url
try {
  const url = process.env['TEST_POSTGRES_URL'] ?? postgres?.url
  const chosen = process.argv.slice(2)
  const mocha = spawn('npx', ['mocha', ...(chosen.length > 0 ? chosen : everything)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...(url !== undefined && { TEST_POSTGRES_URL: url }),
      ...(redisUrl !== undefined && { TEST_REDIS_URL: redisUrl }),
    },
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
  await redis?.stop()
}
const failed = summary.failed + missing.length
process.exitCode = failed > 0 || summary.passed === 0 ? 1 : 0
const skipped = summary.skipped === 0 ? '' : `, ${summary.skipped} skipped`
console.log(`${summary.passed} passed, ${failed} failed${skipped}`)

function count(output: string, word: string): number {
  const matches = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))]
  return Number(matches.at(-1)?.[1] ?? 0)
}
