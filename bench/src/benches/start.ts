import type { BenchRun } from '../bench-run.ts'
import type { Figure } from '../result.ts'
import { ownTarget, startServer, stop, untilReady } from '../target.ts'

const rounds = 5

/** From the start of the process, homeserver and IRC bridge, to the first answer of `/versions`: a start on existing data. */
export async function start({ floor, checkout }: BenchRun): Promise<Figure[]> {
  await using target = await ownTarget(checkout, { networks: true })
  const { process: first, folder } = target
  if (first === undefined || folder === undefined) throw new Error('the start is measured on our own server only')
  await stop(first)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const child = startServer(folder, checkout)
    times.push(await untilReady(target.url, child))
    await stop(child)
  }
  const median = times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
  const limit = { atMost: 8 * floor.emptyStartMs, words: '8 empty processes' }
  return [{ bench: 'start', metric: 'cold_ms', value: median, unit: 'ms', target: limit }]
}
