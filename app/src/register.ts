import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isValidLocalpart, MatrixError, parseServerName, userIdOf } from '@pons/matrix'
import { startHomeserver } from '@pons/homeserver'
import { loadConfig } from './config/load-config.ts'
import { homeserverSettings } from './homeserver-settings.ts'
import { createLogger } from './logger.ts'
import { registerThroughServer } from './register-through-server.ts'

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
  const serverName = parseServerName(loaded.config.server_name)
  const password =
    passwordFile === undefined
      ? randomBytes(12).toString('base64url')
      : (readFileSync(passwordFile, 'utf8').split('\n')[0] ?? '')
  const account = { userId: userIdOf(name, serverName), name, password, isAdmin }
  try {
    if (!(await registerThroughServer(loaded, account))) {
      const config = { ...homeserverSettings(loaded), listeners: [] }
      await using homeserver = await startHomeserver({ config, logger: createLogger({ level: 'warn' }) })
      await homeserver.services.accounts.create(account)
    }
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    console.error(`${account.userId} could not be made: ${error.message}`)
    return 1
  }
  console.log(`${account.userId} is registered.${passwordFile === undefined ? ` Password: ${password}` : ''}`)
  return 0
}
