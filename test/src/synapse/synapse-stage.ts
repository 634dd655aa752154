import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '@pons/matrix'
import { parseRegistration, type Registration } from '@pons/registration'
import { freePort } from '../free-port.ts'
import { PonsProcess } from '../pons-process/pons-process.ts'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import { MatrixPerson } from '../matrix/matrix-person.ts'
import { Synapse } from './synapse.ts'

const pons = fileURLToPath(new URL('../../../app/bin.mjs', import.meta.url))
const domain = 'other.test'

/** What was set up as docs/other-homeservers.md says: a Synapse that knows a network's bridge, and that bridge's configuration. */
export interface SynapseStage extends AsyncDisposable {
  readonly synapse: Synapse
  readonly registration: Registration
  readonly configFile: string
  readonly database: string
  /** `pons bridge` in a process of its own; resolves once it serves. */
  startBridge(): Promise<PonsProcess>
  /** With an account of their own. */
  person(name: string): Promise<MatrixPerson>
  /** What the bridge has logged at least as warnings, over all runs. */
  complaints(): readonly JsonObject[]
}

export async function startSynapseStage(
  python: string,
  { id, settings }: Pick<LoopbackNetwork, 'id' | 'settings'>,
  further: JsonObject = {},
): Promise<SynapseStage> {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'pons-elsewhere-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const configFile = join(folder, 'pons.yaml')
  const logFile = join(folder, 'pons.log')
  const port = await freePort()
  const homeserver = { address: `http://127.0.0.1:${port}`, domain, listener: { port: await freePort() } }
  const config = { homeserver, log: { level: 'info', file: logFile }, networks: { [id]: settings }, ...further }
  writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 })
  const registrationFile = join(folder, 'registration.yaml')
  const words = ['registration', id, '--config', configFile, '--file', registrationFile]
  const made = spawnSync(process.execPath, ['--conditions=pons:source', pons, ...words], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`no registration was written: ${made.stderr}`)
  const synapse = stack.use(new Synapse(python, { domain, port, registrationFiles: [registrationFile] }))
  await synapse.start()
  const processes: PonsProcess[] = []
  stack.defer(async () => {
    for (const each of processes) await each.kill()
  })
  const people: MatrixPerson[] = []
  stack.defer(async () => {
    for (const each of people) await each[Symbol.asyncDispose]()
  })
  const owned = stack.move()
  return {
    synapse,
    registration: parseRegistration(readFileSync(registrationFile, 'utf8'), registrationFile),
    configFile,
    database: join(folder, 'data', 'pons.db'),
    async startBridge() {
      const started = new PonsProcess({ configFile, command: 'bridge' })
      processes.push(started)
      await started.serving
      return started
    },
    async person(name) {
      const made = await MatrixPerson.register({ url: synapse.url, name, password: 'password' })
      people.push(made)
      return made
    },
    complaints: () => (existsSync(logFile) ? warningsIn(readFileSync(logFile, 'utf8')) : []),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const warning = 40

function warningsIn(log: string): JsonObject[] {
  const lines = log.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as JsonObject).filter(({ level }) => Number(level) >= warning)
}
