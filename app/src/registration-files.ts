import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseServerName, type ServerName } from '@pons/matrix'
import { parseRegistration, renderRegistration, type Registration } from '@pons/registration'
import { ConfigError } from './config/config-error.ts'
import type { LoadedConfig } from './config/load-config.ts'
import type { PonsConfig } from './config/schema.ts'

export type OtherHomeserver = NonNullable<PonsConfig['homeserver']>

/** The other homeserver that a configuration names. @throws ConfigError where it names none */
export function otherHomeserver({ config, file }: LoadedConfig): OtherHomeserver & { readonly serverName: ServerName } {
  const { homeserver } = config
  if (homeserver === undefined) {
    const message = 'is missing: an address and a domain, here or by --homeserver URL --domain NAME'
    throw new ConfigError(file, [{ path: 'homeserver', message }])
  }
  return { ...homeserver, serverName: parseServerName(homeserver.domain) }
}

/** Where the homeserver pushes what is for one network's bridge. */
export function pushUrlOf({ listener, listener_url: given }: OtherHomeserver, network: string): string {
  const { host, port, tls } = listener
  // On all addresses of this machine is on this one, too.
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  const base = given ?? `${tls === undefined ? 'http' : 'https'}://${name}:${port}`
  return `${base.replace(/\/+$/, '')}/${network}`
}

/** Where a registration is kept: in the data folder, for nobody else to read. */
export function registrationFile({ inData }: LoadedConfig, name: string): string {
  return inData(`registrations/${name}.yaml`)
}

/** undefined where none was written. @throws RegistrationError */
export function readRegistration(loaded: LoadedConfig, name: string): Registration | undefined {
  const path = registrationFile(loaded, name)
  return existsSync(path) ? parseRegistration(readFileSync(path, 'utf8'), path) : undefined
}

/** With the tokens that the homeserver knows already, if there are any. */
export function keepRegistration(loaded: LoadedConfig, name: string, fresh: Registration): Registration {
  const known = readRegistration(loaded, name)
  const registration = known === undefined ? fresh : withTokensOf(known, fresh)
  writePrivately(registrationFile(loaded, name), renderRegistration(registration))
  return registration
}

/** Does the homeserver know a service by what the settings say now? */
export function isCurrent(known: Registration, fresh: Registration): boolean {
  return renderRegistration(known) === renderRegistration(withTokensOf(known, fresh))
}

function withTokensOf(known: Registration, fresh: Registration): Registration {
  return { ...fresh, as_token: known.as_token, hs_token: known.hs_token }
}

/** Whole or not at all, and never readable to others, whatever was there before. */
export function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.new`
  writeFileSync(fresh, text, { mode: 0o600 })
  chmodSync(fresh, 0o600)
  renameSync(fresh, path)
}
