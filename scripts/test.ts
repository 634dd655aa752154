// Runs the whole suite: provisions the servers that tests need, starts PostgreSQL and Redis of its own, runs mocha on the
// sources, on two cores in two processes, and ends with one line of counts. Arguments are handed to mocha, then in one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { provision } from './provision.ts'
import { startPostgres } from './start-postgres.ts'
import { startRedis } from './start-redis.ts'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const everything = [
  '*/test/**/*.test.ts',
  'bridges/*/test/**/*.test.ts',
  'test/{integration,contract,fault}/**/*.test.ts',
]
/** Most of its time they wait for servers that they start and kill: beside them goes a smaller share of the others. */
const slow = 'test/{contract,fault}/**/*.test.ts'

const provided = provision(['inspircd', 'postgres', 'redis'])
// Other implementations to be tried against: without one its tests are skipped, and say so.
for (const { path, message } of provision(['ngircd', 'znc', 'telethon', 'synapse']))
  if (path === undefined) console.error(message)
const missing = provided.filter(({ path }) => path === undefined)
for (const { message } of missing) console.error(message)
const redisProgram = provided.find(({ what }) => what === 'redis')?.path

const chosen = process.argv.slice(2)
const isWhole = chosen.length > 0 || availableParallelism() < 2 || process.env['TEST_REDIS_URL'] !== undefined
const shares = isWhole ? [chosen] : divided()
const counts = await Promise.all(shares.map(run))
const total = (of: keyof Counts): number => counts.reduce((sum, share) => sum + share[of], 0)
const [passed, failed, skipped] = [total('passed'), total('failed') + missing.length, total('skipped')]
process.exitCode = failed > 0 || counts.some((share) => share.passed === 0) ? 1 : 0
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)

/** What is slow and every fourth of the other files; the rest. */
function divided(): string[][] {
  const first = globSync(slow).sort()
  const others = everything.flatMap((pattern) => globSync(pattern)).filter((file) => !first.includes(file))
  others.sort()
  return [[...first, ...others.filter((_, index) => index % 4 === 0)], others.filter((_, index) => index % 4 !== 0)]
}

/** A share has servers of its own, unless it is given some: tests of the queue make Redis forget everything. */
async function run(files: readonly string[]): Promise<Counts> {
  const givenPostgres = process.env['TEST_POSTGRES_URL']
  const postgres = givenPostgres === undefined ? await startPostgres() : undefined
  const postgresUrl = givenPostgres ?? postgres?.url
  if (postgresUrl === undefined) console.error('PostgreSQL could not be started: its tests are skipped')
  const givenRedis = process.env['TEST_REDIS_URL']
  const redis = givenRedis === undefined && redisProgram !== undefined ? await startRedis(redisProgram) : undefined
  const redisUrl = givenRedis ?? redis?.url
  try {
    return await mocha(files, {
      ...(postgresUrl !== undefined && { TEST_POSTGRES_URL: postgresUrl }),
      ...(redisUrl !== undefined && { TEST_REDIS_URL: redisUrl }),
    })
  } finally {
    await postgres?.stop()
    await redis?.stop()
  }
}

async function mocha(files: readonly string[], env: Record<string, string>): Promise<Counts> {
  const child = spawn('npx', ['mocha', ...(files.length > 0 ? files : everything)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  let tail = ''
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    tail = (tail + chunk.toString('utf8')).slice(-1_000_000)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const failed = count(tail, 'failing')
  // One that ended without a word of failures has failed, too.
  return {
    passed: count(tail, 'passing'),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: count(tail, 'pending'),
  }
}

function count(output: string, word: string): number {
  const matches = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))]
  return Number(matches.at(-1)?.[1] ?? 0)
}
