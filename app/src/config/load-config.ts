import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseNetwork } from '@pons/http'
import { OperatorSettings } from '@pons/homeserver/config'
import { isServerName } from '@pons/matrix'
import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { checkConfig } from './check-config.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { isLoopbackHost } from '../monitoring-listener.ts'
import { applyEnvironment } from './environment.ts'
import { whatsApp, whatsAppPackage } from '../optional-whatsapp.ts'
import { PonsConfig } from './schema.ts'

/** Given on the command line: another homeserver than the bundled one. */
export interface HomeserverChoice {
  readonly address: string
  readonly domain: string
}

export interface LoadedConfig {
  readonly config: PonsConfig
  readonly file: string
  /** Absolute path of a file that the configuration names relative to itself. */
  readonly besideFile: (path: string) => string
  /** Absolute path of a file in the data folder. */
  readonly inData: (path: string) => string
}

/**
 * Reads a configuration: the file, then secrets from the environment, then defaults.
 * @throws ConfigError with every mistake at once.
 */
export function loadConfig(
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  homeserver: Partial<HomeserverChoice> = {},
): LoadedConfig {
  if (!existsSync(file)) throw new ConfigError(file, [{ path: '', message: 'does not exist' }])
  return parseConfig(readFileSync(file, 'utf8'), file, env, homeserver)
}

/** @param homeserver stands above what the file says of another homeserver */
export function parseConfig(
  text: string,
  file: string,
  env: NodeJS.ProcessEnv = {},
  homeserver: Partial<HomeserverChoice> = {},
): LoadedConfig {
  const document = parseDocument(text)
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      // Behind the first line stands the piece of the file, which may hold a secret.
      document.errors.map(({ message }) => ({ path: '', message: message.split(/:?\n/, 1)[0] ?? '' })),
    )
  }
  const written: unknown = document.toJS() ?? {}
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new ConfigError(file, [{ path: '', message: 'must be a map of settings' }])
  }
  const settings = withHomeserver(written as Record<string, unknown>, homeserver)
  const problems: ConfigProblem[] = applyEnvironment(settings, env)
  problems.push(...problemsOfOther(settings))
  const value = Value.Default(PonsConfig, settings)
  problems.push(...checkConfig(PonsConfig, value))
  const config = value as PonsConfig
  if (problems.length === 0) problems.push(...furtherProblems(config))
  if (problems.length > 0) throw new ConfigError(file, problems)
  const base = dirname(resolve(file))
  const dataDir = resolve(base, config.data_dir)
  return {
    config,
    file: resolve(file),
    besideFile: (path) => resolve(base, path),
    inData: (path) => resolve(dataDir, path),
  }
}

function withHomeserver(written: Record<string, unknown>, chosen: Partial<HomeserverChoice>): Record<string, unknown> {
  if (Object.keys(chosen).length === 0) return written
  const section = written['homeserver']
  return { ...written, homeserver: { ...(typeof section === 'object' && section), ...chosen } }
}

/** Settings of the bundled homeserver alone. */
const ofBundled = [
  ...(Object.keys(OperatorSettings) as (keyof typeof OperatorSettings)[]),
  'server_name',
  'signing_key_file',
  'listeners',
  'registration_files',
  'rate_limit',
  'max_upload_bytes',
  'max_user_media_bytes',
] as const satisfies readonly (keyof PonsConfig)[]

/** What is wrong with `homeserver`, or beside it, that the schema does not say. */
function problemsOfOther(settings: Record<string, unknown>): ConfigProblem[] {
  const { homeserver } = settings
  if (typeof homeserver !== 'object' || homeserver === null) return []
  const { address, domain, listener_url: listenerUrl, listener } = homeserver as Record<string, unknown>
  // Whoever wrote them thinks of another server than the one that would be used: none of them would do anything.
  const message = 'is a setting of the bundled homeserver, which `homeserver` takes the place of'
  const problems: ConfigProblem[] = ofBundled
    .filter((name) => settings[name] !== undefined)
    .map((path) => ({ path, message }))
  const add = (name: string, words: string): void => void problems.push({ path: `homeserver.${name}`, message: words })
  const notBase = 'is not the address of a server: http://HOST:PORT'
  if (typeof address === 'string' && baseUrlOf(address)?.pathname !== '/') add('address', notBase)
  if (typeof listenerUrl === 'string' && baseUrlOf(listenerUrl) === undefined) add('listener_url', notBase)
  if (typeof domain === 'string' && !isServerName(domain)) add('domain', 'is not a host name, with a port at most')
  const port = typeof listener === 'object' && listener !== null && 'port' in listener ? listener.port : undefined
  if (port === 0 && listenerUrl === undefined)
    add('listener_url', 'is missing: a listener on port 0 has no known address')
  return problems
}

/** undefined where something stands behind the path, which would be lost. */
function baseUrlOf(text: string): URL | undefined {
  const url = URL.parse(text)
  const isBase =
    url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username + url.password === ''
  return isBase ? url : undefined
}

/** What a schema cannot say. */
function furtherProblems(config: PonsConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (!isServerName(config.server_name)) {
    problems.push({ path: 'server_name', message: 'is not a host name, with a port at most' })
  }
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(config.database)) {
    problems.push({ path: 'database', message: 'must begin with sqlite: or postgres://' })
  }
  const { listener } = config.monitoring
  if (listener !== undefined && !isLoopbackHost(listener.host)) {
    problems.push({ path: 'monitoring.listener.host', message: 'is not an address of this machine' })
  }
  for (const list of ['allow', 'deny'] as const) {
    for (const [index, text] of config.egress[list].entries()) {
      if (!isNetwork(text))
        problems.push({ path: `egress.${list}.${index}`, message: 'is not a network like 10.0.0.0/8' })
    }
  }
  const { whatsapp } = config.networks
  if (whatsApp === undefined && whatsapp !== undefined && whatsapp !== false) {
    const message = `cannot be used: the package ${whatsAppPackage} is not installed; install it, or take this section out`
    problems.push({ path: 'networks.whatsapp', message })
  }
  return problems
}

function isNetwork(text: string): boolean {
  try {
    parseNetwork(text)
    return true
  } catch {
    return false
  }
}
