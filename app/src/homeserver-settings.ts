import { readFileSync } from 'node:fs'
import { configWith, OperatorSettings, type Config } from '@pons/homeserver/config'
import type { LoadedConfig } from './config/load-config.ts'
import { databaseLocation } from './database-location.ts'
import { ConfigError, type ConfigProblem } from './config/config-error.ts'

/** The homeserver's part of a configuration, with the files it names read. @throws ConfigError naming every file that cannot be read. */
export function homeserverSettings(loaded: LoadedConfig): Config {
  const { config, besideFile, inData } = loaded
  const problems: ConfigProblem[] = []
  const read = (path: string, setting: string): string => {
    try {
      return readFileSync(besideFile(path), 'utf8')
    } catch {
      problems.push({ path: setting, message: `names a file that cannot be read: ${besideFile(path)}` })
      return ''
    }
  }
  const settings = configWith({
    ...asTheyAre(config),
    server_name: config.server_name,
    ...(config.public_base_url !== undefined && { public_base_url: config.public_base_url }),
    database: databaseLocation(loaded),
    signing_key_file: inData(config.signing_key_file),
    listeners: config.listeners.map(({ host, port, tls }, index) => ({
      host,
      port,
      ...(tls !== undefined && {
        tls: {
          key: read(tls.key_file, `listeners.${index}.tls.key_file`),
          cert: read(tls.cert_file, `listeners.${index}.tls.cert_file`),
        },
      }),
    })),
    rate_limit: config.rate_limit === false ? null : config.rate_limit,
    appservice_http: {
      allow_loopback: config.allow_loopback,
      ...(config.trusted_ca_file !== undefined && { ca: read(config.trusted_ca_file, 'trusted_ca_file') }),
    },
    media: {
      folder: inData('media'),
      max_upload_bytes: config.max_upload_bytes,
      max_user_bytes: config.max_user_media_bytes,
    },
  })
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
  return settings
}

function asTheyAre(config: LoadedConfig['config']): Pick<Config, keyof typeof OperatorSettings> {
  const names = new Set<string>(Object.keys(OperatorSettings))
  const given = Object.entries(config).filter(([name, value]) => names.has(name) && value !== undefined)
  return Object.fromEntries(given) as Pick<Config, keyof typeof OperatorSettings>
}
