import { isUserId, MatrixError, parseServerName, userIdOf, type UserId } from '@pons/matrix'
import { resetPassword, startHomeserver } from '@pons/homeserver'
import { chosenPassword } from './chosen-password.ts'
import { loadConfig } from './config/load-config.ts'
import { homeserverSettings } from './homeserver-settings.ts'
import { createLogger } from './logger.ts'
import { throughServer } from './through-server.ts'

export interface PasswordOptions {
  readonly configFile: string
  /** A localpart or a user id. */
  readonly name: string | undefined
  /** The password is its first line; one is made and printed without it. */
  readonly passwordFile?: string
}

/**
 * Gives an account another password and logs it out everywhere: through the running server where there is one, else in its
 * database. Returns the exit code.
 */
export async function password(options: PasswordOptions): Promise<number> {
  const { name, passwordFile } = options
  if (name === undefined) {
    console.error('pons password NAME: whose password?')
    return 2
  }
  const loaded = loadConfig(options.configFile)
  const chosen = chosenPassword(passwordFile)
  try {
    const userId: UserId = isUserId(name) ? name : userIdOf(name, parseServerName(loaded.config.server_name))
    const request = {
      path: '/_pons/admin/v1/password',
      signed: [userId, chosen, 'password'],
      body: { user_id: userId, password: chosen },
    }
    if (!(await throughServer(loaded, request))) {
      const config = { ...homeserverSettings(loaded), listeners: [] }
      await using homeserver = await startHomeserver({ config, logger: createLogger({ level: 'warn' }) })
      await resetPassword(homeserver.services, userId, chosen)
    }
    const told = passwordFile === undefined ? ` The new password: ${chosen}` : ''
    console.log(`${userId} is logged out everywhere.${told}`)
    return 0
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    console.error(`the password of ${name} could not be changed: ${error.message}`)
    return 1
  }
}
