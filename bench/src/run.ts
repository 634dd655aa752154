// npm run bench -- [NAME…] [--json FILE] [--against COMMIT] [--homeserver URL --registration FILE]
import { parseArgs } from 'node:util'
import type { BenchRun } from './bench-run.ts'
import { asLatency, asLatencyBusyDisk } from './benches/as-latency.ts'
import { asSend } from './benches/as-send.ts'
import { flood, matrixOut, networkIn } from './benches/bridging.ts'
import { ghostJoin } from './benches/ghost-join.ts'
import { largestInputs } from './benches/largest-inputs.ts'
import { memory, memoryWithLogins } from './benches/memory.ts'
import { start } from './benches/start.ts'
import { stateBytes } from './benches/state-bytes.ts'
import { initialSync, syncWake } from './benches/syncs.ts'
import { checkOut } from './check-out.ts'
import { floorText, measureFloor } from './floor.ts'
import { table, writeJson } from './report.ts'
import type { Figure } from './result.ts'
import { givenTarget, ownCheckout, ownTarget, type Target } from './target.ts'

/** Benches that any homeserver can run, through its public APIs. */
const everywhere: Record<string, (target: Target, run: BenchRun) => Promise<Figure[]>> = {
  'as-latency': asLatency,
  'as-latency-busy-disk': asLatencyBusyDisk,
  'as-send': asSend,
  'ghost-join': ghostJoin,
  'sync-wake': syncWake,
  'initial-sync': initialSync,
}
/** Benches of the server's process as another commit has it, too. */
const processes: Record<string, (run: BenchRun) => Promise<Figure[]>> = { start, memory }
/** Benches of our own code. */
const ours: Record<string, (run: BenchRun) => Promise<Figure[]>> = {
  'state-bytes': stateBytes,
  'memory-logins': memoryWithLogins,
  'irc-in': (run) => networkIn('irc', 8, run),
  'telegram-in': (run) => networkIn('telegram', 16, run),
  'whatsapp-in': (run) => networkIn('whatsapp', 40, run),
  'matrix-out': (run) => matrixOut(25, run),
  flood,
  'largest-inputs': largestInputs,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    against: { type: 'string' },
    homeserver: { type: 'string' },
    registration: { type: 'string' },
  },
})
const isOurs = values.homeserver === undefined
const known = Object.keys({ ...everywhere, ...(isOurs && processes), ...(isOurs && !values.against && ours) })
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no such bench here: ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
if (!isOurs && values.against !== undefined) {
  console.error('--against measures another commit of this project, --homeserver somebody else’s server: take one')
  process.exit(2)
}
await using other = values.against === undefined ? undefined : await checkOut(values.against)
const floor = await measureFloor()
console.log(floorText(floor))
const figures: Figure[] = []
const before: Figure[] = []
for (const name of positionals.length > 0 ? positionals : known) {
  console.error(`measuring ${name} …`)
  figures.push(...(await measure(name, ownCheckout)))
  if (other !== undefined) before.push(...(await measure(name, other.folder)))
}
console.log(table(figures, before))
if (values.json !== undefined) await writeJson(values.json, { floor, figures, before })

async function measure(name: string, checkout: string): Promise<Figure[]> {
  const own = processes[name] ?? ours[name]
  if (own !== undefined) return await own({ floor, checkout })
  const { homeserver: url, registration: registrationFile } = values
  if (url !== undefined && registrationFile === undefined) {
    throw new Error('--homeserver needs --registration FILE, the registration it has in force for the bench')
  }
  const given = url !== undefined && registrationFile !== undefined ? { url, registrationFile } : undefined
  await using target = given === undefined ? await ownTarget(checkout) : await givenTarget(given)
  return (await everywhere[name]?.(target, { floor, checkout })) ?? []
}
