import type { ILogger } from '@whiskeysockets/baileys/lib/Utils/logger.js'
import type { Logger } from 'pino'

/**
 * What the client library has to say, at the level of debugging and without the objects it says it about: stanzas, keys and
 * messages are among them.
 */
export function libraryLogger(logger: Logger): ILogger {
  const say =
    (severity: string) =>
    (subject: unknown, message?: string): void => {
      const words = message ?? (typeof subject === 'string' ? subject : undefined)
      if (words !== undefined) logger.debug({ severity }, words)
    }
  const silent = (): void => undefined
  const quiet: ILogger = {
    level: 'warn',
    child: () => quiet,
    trace: silent,
    debug: silent,
    info: silent,
    warn: say('warn'),
    error: say('error'),
  }
  return quiet
}
