import { isValidLocalpart, MatrixError, parseServerName, userIdOf } from '@pons/matrix'
import { createPerson, startHomeserver } from '@pons/homeserver'
import { chosenPassword } from './chosen-password.ts'
import { loadConfig } from './config/load-config.ts'
import { homeserverSettings } from './homeserver-settings.ts'
import { createLogger } from './logger.ts'
import { throughServer } from './through-server.ts'

export interface RegisterOptions {
  readonly configFile: string
  readonly name: string | undefined
  readonly isAdmin: boolean
  /** The password is its first line; one is made and printed without it. */
  readonly passwordFile?: string
}

/** Makes an account: through the running server where there is one, else in its database. Returns the exit code. */
export async function register(options: RegisterOptions): Promise<number> {
  const { name, isAdmin, passwordFile } = options
  if (name === undefined || !isValidLocalpart(name)) {
    console.error('pons register NAME: a name is made of a-z 0-9 . _ = - / +')
    return 2
  }
  const loaded = loadConfig(options.configFile)
  const userId = userIdOf(name, parseServerName(loaded.config.server_name))
  const password = chosenPassword(passwordFile)
  // Whoever makes an account for somebody does not log in as them.
  const body = { username: name, password, admin: isAdmin, inhibit_login: true }
  const signed = [name, password, isAdmin ? 'admin' : 'notadmin']
  try {
    if (!(await throughServer(loaded, { path: '/_synapse/admin/v1/register', signed, body }))) {
      const config = { ...homeserverSettings(loaded), listeners: [] }
      await using homeserver = await startHomeserver({ config, logger: createLogger({ level: 'warn' }) })
      await createPerson(homeserver.services, { userId, password, isAdmin })
    }
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    console.error(`${userId} could not be made: ${error.message}`)
    return 1
  }
  console.log(`${userId} is registered.${passwordFile === undefined ? ` Password: ${password}` : ''}`)
  return 0
}
