import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { renderRegistration, type Registration } from '@pons/registration'
import { loadConfig, type HomeserverChoice, type LoadedConfig } from './config/load-config.ts'
import { writeFirstConfig } from './first-start.ts'
import { createLogger } from './logger.ts'
import { networkConnectors } from './networks.ts'
import { keepRegistration, otherHomeserver, pushUrlOf, registrationFile, writePrivately } from './registration-files.ts'
import { doublePuppetRegistrationOf, doublePuppets, registrationOf } from './registration-of.ts'

export interface RegistrationOptions {
  readonly configFile: string
  readonly homeserver: Partial<HomeserverChoice>
  readonly name: string | undefined
  /** Written there, too. */
  readonly file?: string
}

/**
 * Writes the registration of a network's bridge, for another homeserver than the bundled one; the tokens stay the same from
 * then on. Returns the exit code.
 */
export function registration({ configFile, homeserver, name, file }: RegistrationOptions): number {
  writeConfigFor(configFile, homeserver)
  const loaded = loadConfig(configFile, process.env, homeserver)
  const names = [...networksOf(loaded), doublePuppets]
  const fresh = name === undefined ? undefined : freshRegistration(loaded, name)
  if (name === undefined || fresh === undefined) {
    console.error(`pons registration NETWORK: one of ${names.join(', ')}`)
    return 2
  }
  const kept = keepRegistration(loaded, name, fresh)
  if (file !== undefined) writePrivately(resolve(file), renderRegistration(kept))
  console.log(
    `The registration of ${kept.id} is in ${file === undefined ? registrationFile(loaded, name) : resolve(file)}`,
  )
  console.log('Give it to the homeserver (docs/other-homeservers.md says how), restart that, and run: pons bridge')
  return 0
}

/** The first command for another homeserver makes the configuration, as the first start does for the bundled one. */
export function writeConfigFor(configFile: string, { address, domain }: Partial<HomeserverChoice>): void {
  if (existsSync(configFile) || address === undefined || domain === undefined) return
  writeFirstConfig(configFile, { homeserver: { address, domain } })
}

/** What the settings make of it now, with tokens that nobody knows; undefined where there is no network of that name. */
export function freshRegistration(loaded: LoadedConfig, name: string): Registration | undefined {
  const homeserver = otherHomeserver(loaded)
  const { serverName } = homeserver
  if (name === doublePuppets) return doublePuppetRegistrationOf(serverName)
  const info = infosOf(loaded).find(({ id }) => id === name)
  return info && registrationOf(info, serverName, pushUrlOf(homeserver, name))
}

function networksOf(loaded: LoadedConfig): string[] {
  return infosOf(loaded).map(({ id }) => id)
}

function infosOf({ config }: LoadedConfig) {
  return networkConnectors(config, createLogger({ level: 'silent' })).map(({ info }) => info)
}
