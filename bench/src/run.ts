// npm run bench -- [NAME…] [--json FILE] [--homeserver URL --registration FILE --admin-token T]
import { parseArgs } from 'node:util'
import { asLatency } from './benches/as-latency.ts'
import { asSend } from './benches/as-send.ts'
import { flood, matrixOut, networkIn } from './benches/bridging.ts'
import { ghostJoin } from './benches/ghost-join.ts'
import { memory, memoryWithLogins } from './benches/memory.ts'
import { start } from './benches/start.ts'
import { stateBytes } from './benches/state-bytes.ts'
import { table, writeJson } from './report.ts'
import type { Figure } from './result.ts'
import { givenTarget, ownTarget, type Target } from './target.ts'

/** Benches that any homeserver can run, through its public APIs. */
const everywhere: Record<string, (target: Target) => Promise<Figure[]>> = {
  'as-latency': asLatency,
  'as-send': asSend,
  'ghost-join': ghostJoin,
}
/** Benches of our own process and files. */
const ours: Record<string, () => Promise<Figure[]>> = {
  'state-bytes': stateBytes,
  start,
  memory,
  'memory-logins': memoryWithLogins,
  'irc-in': () => networkIn('irc', 1000),
  'telegram-in': () => networkIn('telegram', 500),
  'whatsapp-in': () => networkIn('whatsapp', 200),
  'matrix-out': () => matrixOut(300),
  flood,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    homeserver: { type: 'string' },
    registration: { type: 'string' },
    'admin-token': { type: 'string' },
  },
})
const isOurs = values.homeserver === undefined
const known = [...Object.keys(everywhere), ...(isOurs ? Object.keys(ours) : [])]
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no such bench here: ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
const figures: Figure[] = []
for (const name of positionals.length > 0 ? positionals : known) {
  console.error(`measuring ${name} …`)
  figures.push(...(await measure(name)))
}
console.log(table(figures))
if (values.json !== undefined) await writeJson(values.json, figures)

async function measure(name: string): Promise<Figure[]> {
  const own = ours[name]
  if (own !== undefined) return await own()
  const { homeserver: url, registration: registrationFile } = values
  if (url !== undefined && registrationFile === undefined) {
    throw new Error('--homeserver needs --registration FILE, the registration it has in force for the bench')
  }
  const given = url !== undefined && registrationFile !== undefined ? { url, registrationFile } : undefined
  await using target = given === undefined ? await ownTarget() : await givenTarget(given)
  return (await everywhere[name]?.(target)) ?? []
}
