import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@pons/test'
import { generateRegistration, parseRegistration, renderRegistration, type Registration } from '@pons/registration'

/** The checkout that this bench is part of. */
export const ownCheckout = new URL('../../', import.meta.url).pathname

/** The homeserver under measurement, with an application service registered on it. */
export interface Target extends AsyncDisposable {
  readonly url: string
  readonly serverName: string
  readonly registration: Registration
  /** Port that the registration's url names: where the bench must listen. */
  readonly appservicePort: number
  /** Our own server's process; undefined for somebody else's. */
  readonly process?: ChildProcess
  readonly folder?: string
}

export interface GivenTarget {
  readonly url: string
  readonly registrationFile: string
}

/** Somebody's homeserver, on which the registration has been put in force already. */
export async function givenTarget({ url, registrationFile }: GivenTarget): Promise<Target> {
  const registration = parseRegistration(readFileSync(registrationFile, 'utf8'), registrationFile)
  const whoami = await fetch(new URL('/_matrix/client/v3/account/whoami', url), {
    headers: { authorization: `Bearer ${registration.as_token}` },
  })
  const { user_id: userId } = (await whoami.json()) as { user_id?: string }
  if (userId === undefined) throw new Error(`${url} does not know the as_token of ${registrationFile}`)
  return {
    url,
    serverName: userId.slice(userId.indexOf(':') + 1),
    registration,
    appservicePort: Number(new URL(registration.url ?? 'http://127.0.0.1:0').port),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Our own server as an operator runs it: a process of its own, full durability, on a fresh SQLite file. */
export async function ownTarget(checkout: string, options: { networks?: boolean } = {}): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-bench-'))
  const [port, appservicePort] = [await freePort(), await freePort()]
  const registration = generateRegistration({
    id: 'bench',
    url: `http://127.0.0.1:${appservicePort}`,
    senderLocalpart: 'benchbot',
    users: [{ regex: '@bench_.*:bench\\.local', exclusive: true }],
  })
  writeFileSync(join(folder, 'registration.yaml'), renderRegistration(registration))
  writeFileSync(join(folder, 'pons.yaml'), configText(port, options.networks ?? false))
  const child = startServer(folder, checkout)
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child)
  return {
    url,
    serverName: 'bench.local',
    registration,
    appservicePort,
    process: child,
    folder,
    async [Symbol.asyncDispose]() {
      await stop(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configText(port: number, hasNetworks: boolean): string {
  return [
    'server_name: bench.local',
    `listeners: [{ host: 127.0.0.1, port: ${port} }]`,
    'registration_files: [registration.yaml]',
    `registration: { open: true, shared_secret: ${randomBytes(16).toString('hex')} }`,
    'rate_limit: false',
    'log: { level: warn }',
    hasNetworks ? '' : 'networks: { irc: false, telegram: false, whatsapp: false }',
  ].join('\n')
}

export function startServer(folder: string, checkout: string): ChildProcess {
  const main = join(checkout, 'app/bin.mjs')
  return spawn(
    process.execPath,
    ['--conditions=pons:source', '--max-semi-space-size=8', main, 'start', '--config', join(folder, 'pons.yaml')],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
}

/** Milliseconds from the call until `/versions` answered. */
export async function untilReady(url: string, child: ChildProcess): Promise<number> {
  const startedMs = performance.now()
  while (child.exitCode === null) {
    const isUp = await fetch(new URL('/_matrix/client/versions', url)).then(
      (response) => response.ok,
      () => false,
    )
    if (isUp) return performance.now() - startedMs
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`the server ended before it was ready, with code ${child.exitCode}`)
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}
