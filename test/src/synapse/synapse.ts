import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Where `scripts/provision.ts` puts it. */
const program = fileURLToPath(new URL('../../../.provision/synapse/bin/python', import.meta.url))

/** The Python that has Synapse; undefined when it could not be installed here. */
export function findSynapse(): string | undefined {
  return existsSync(program) ? program : undefined
}

export interface SynapseOptions {
  readonly domain: string
  readonly port: number
  /** Of application services; read at each start. */
  readonly registrationFiles: readonly string[]
}

/**
 * A real Synapse of its own on loopback, in a process that can be killed and started again on what it had stored. What differs
 * from what its setup writes: nobody is slowed down, passwords are cheap to check, and nothing leaves this machine.
 */
export class Synapse implements AsyncDisposable {
  readonly url: string
  readonly domain: string
  readonly #python: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(python: string, options: SynapseOptions) {
    this.#python = python
    this.domain = options.domain
    this.url = `http://127.0.0.1:${options.port}`
    this.#folder = mkdtempSync(join(tmpdir(), 'pons-synapse-'))
    mkdirSync(join(this.#folder, 'media'))
    writeFileSync(this.#file('homeserver.yaml'), JSON.stringify(this.#settings(options)))
    writeFileSync(this.#file('log.yaml'), JSON.stringify(this.#logging()))
    const keys = this.#run(['--generate-keys'])
    if (keys.status !== 0) throw new Error(`Synapse could not be set up: ${keys.stderr}`)
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    const child = spawn(this.#python, this.#arguments([]), { cwd: this.#folder, stdio: 'ignore' })
    this.#child = child
    const endOnExit = (): void => void child.kill('SIGKILL')
    process.on('exit', endOnExit)
    child.once('exit', () => process.off('exit', endOnExit))
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`Synapse ended with ${child.exitCode}:\n${this.log()}`)
      if (child.signalCode !== null) return
      await pause(50)
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  log(): string {
    return existsSync(this.#file('log')) ? readFileSync(this.#file('log'), 'utf8') : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }

  #arguments(more: readonly string[]): string[] {
    return ['-m', 'synapse.app.homeserver', '--config-path', this.#file('homeserver.yaml'), ...more]
  }

  #run(more: readonly string[]) {
    return spawnSync(this.#python, this.#arguments(more), { cwd: this.#folder, encoding: 'utf8' })
  }

  async #answers(): Promise<boolean> {
    const response = await fetch(`${this.url}/_matrix/client/versions`).catch(() => undefined)
    return response?.ok === true
  }

  #settings({ domain, port, registrationFiles }: SynapseOptions) {
    const free = { per_second: 100_000, burst_count: 100_000 }
    return {
      server_name: domain,
      pid_file: this.#file('pid'),
      listeners: [
        { port, bind_addresses: ['127.0.0.1'], type: 'http', tls: false, resources: [{ names: ['client'] }] },
      ],
      database: { name: 'sqlite3', args: { database: this.#file('homeserver.db') } },
      log_config: this.#file('log.yaml'),
      media_store_path: this.#file('media'),
      signing_key_path: this.#file('signing.key'),
      macaroon_secret_key: randomBytes(24).toString('base64url'),
      form_secret: randomBytes(24).toString('base64url'),
      report_stats: false,
      trusted_key_servers: [],
      app_service_config_files: [...registrationFiles],
      enable_registration: true,
      enable_registration_without_verification: true,
      bcrypt_rounds: 4,
      rc_message: free,
      rc_registration: free,
      rc_login: { address: free, account: free, failed_attempts: free },
      rc_joins: { local: free, remote: free },
      rc_joins_per_room: free,
      rc_invites: { per_room: free, per_user: free, per_issuer: free },
      rc_room_creation: free,
      rc_presence: { per_user: free },
    }
  }

  #logging() {
    return {
      version: 1,
      formatters: { plain: { format: '%(asctime)s %(levelname)s %(name)s %(message)s' } },
      handlers: { file: { class: 'logging.FileHandler', formatter: 'plain', filename: this.#file('log') } },
      root: { level: process.env['TEST_LOG'] === undefined ? 'WARNING' : 'INFO', handlers: ['file'] },
      disable_existing_loggers: false,
    }
  }
}
