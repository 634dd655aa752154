import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isServerName } from '@pons/matrix'
import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { checkConfig } from './check-config.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { applyEnvironment } from './environment.ts'
import { whatsApp, whatsAppPackage } from '../optional-whatsapp.ts'
import { PonsConfig } from './schema.ts'

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
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  if (!existsSync(file)) throw new ConfigError(file, [{ path: '', message: 'does not exist' }])
  return parseConfig(readFileSync(file, 'utf8'), file, env)
}

export function parseConfig(text: string, file: string, env: NodeJS.ProcessEnv = {}): LoadedConfig {
  const document = parseDocument(text)
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map(({ message }) => ({ path: '', message })),
    )
  }
  const written: unknown = document.toJS() ?? {}
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new ConfigError(file, [{ path: '', message: 'must be a map of settings' }])
  }
  const problems: ConfigProblem[] = applyEnvironment(written as Record<string, unknown>, env)
  const value = Value.Default(PonsConfig, written)
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

/** What a schema cannot say. */
function furtherProblems(config: PonsConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (!isServerName(config.server_name)) {
    problems.push({ path: 'server_name', message: 'is not a host name, with a port at most' })
  }
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(config.database)) {
    problems.push({ path: 'database', message: 'must begin with sqlite: or postgres://' })
  }
  const { whatsapp } = config.networks
  if (whatsApp === undefined && whatsapp !== undefined && whatsapp !== false) {
    const message = `cannot be used: the package ${whatsAppPackage} is not installed; install it, or take this section out`
    problems.push({ path: 'networks.whatsapp', message })
  }
  return problems
}
