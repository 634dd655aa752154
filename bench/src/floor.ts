import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BenchClient, inParallel } from './client.ts'
import { residentMb } from './process-usage.ts'
import { quantile, rounded } from './result.ts'
import { stop } from './target.ts'

/** What this machine can do at best, measured in the same run: every target is a multiple of it. */
export interface Floor {
  /** Milliseconds of an Ed25519 signature of 400 bytes. */
  readonly signMs: number
  /** Milliseconds until 4 KiB at a file's end are on the disk, where the benches keep their databases. */
  readonly syncMs: number
  /** Requests a second of a node:http server that does nothing, 64 at once. */
  readonly requestsPerS: number
  /** Milliseconds of one such request, 100 a second. */
  readonly hopMs: number
  /** Milliseconds from the start of an empty Node process to its end. */
  readonly emptyStartMs: number
  /** Resident megabytes of an idle Node process that does nothing. */
  readonly emptyRssMb: number
}

export async function measureFloor(): Promise<Floor> {
  const { requestsPerS, hopMs } = await trivialServer()
  return { signMs: signature(), syncMs: fdatasync(), requestsPerS, hopMs, ...(await emptyProcess()) }
}

export function floorText(floor: Floor): string {
  const parts = [
    `${rounded(1000 / floor.signMs)} signatures/s`,
    `${rounded(1000 / floor.syncMs)} fdatasync/s`,
    `${rounded(floor.requestsPerS)} requests/s`,
    `a request ${rounded(floor.hopMs)} ms`,
    `an empty process ${rounded(floor.emptyStartMs)} ms, ${rounded(floor.emptyRssMb)} MB`,
  ]
  return `floor: ${parts.join(', ')}`
}

function signature(): number {
  const { privateKey } = generateKeyPairSync('ed25519')
  const event = randomBytes(400)
  return medianMs(2000, () => sign(null, event, privateKey))
}

function fdatasync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'pons-bench-'))
  const file = openSync(join(folder, 'floor'), 'w')
  const page = randomBytes(4096)
  try {
    return medianMs(300, () => {
      writeSync(file, page)
      fdatasyncSync(file)
    })
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function medianMs(rounds: number, work: () => unknown): number {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now()
    work()
    times.push(performance.now() - startedMs)
  }
  return quantile(times, 0.5)
}

async function trivialServer(): Promise<Pick<Floor, 'requestsPerS' | 'hopMs'>> {
  const path = new URL('trivial-server.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const url = `http://127.0.0.1:${line.toString('utf8').trim()}`
    return { requestsPerS: await throughput(url), hopMs: await hop(url) }
  } finally {
    await stop(child)
  }
}

const request = { token: 'a token that nobody looks at', body: { msgtype: 'm.text', body: 'as long as people write' } }

async function throughput(url: string): Promise<number> {
  await using client = new BenchClient(url, 64)
  const send = async (): Promise<void> => void (await client.call('PUT', 'floor', request))
  await inParallel(2000, 64, send)
  const startedMs = performance.now()
  await inParallel(10_000, 64, send)
  return 10_000_000 / (performance.now() - startedMs)
}

async function hop(url: string): Promise<number> {
  await using client = new BenchClient(url, 4)
  const times: number[] = []
  for (let round = 0; round < 300; round++) {
    const startedMs = performance.now()
    await client.call('PUT', 'floor', request)
    times.push(performance.now() - startedMs)
    await pause(10)
  }
  return quantile(times.slice(100), 0.5)
}

async function emptyProcess(): Promise<Pick<Floor, 'emptyStartMs' | 'emptyRssMb'>> {
  const times: number[] = []
  for (let round = 0; round < 7; round++) {
    const startedMs = performance.now()
    await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'close')
    times.push(performance.now() - startedMs)
  }
  const idle = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000); console.log("up")'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(idle.stdout, 'data')
    await pause(1000)
    return { emptyStartMs: quantile(times, 0.5), emptyRssMb: residentMb(idle) }
  } finally {
    await stop(idle)
  }
}
