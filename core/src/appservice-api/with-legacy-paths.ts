import type { Router } from '@pons/http'
import type { Logger } from 'pino'

/**
 * The durable routes in front of matrix-appservice's Express app, which answers what is left (health, legacy paths): it
 * answers transactions before it handles them, remembers one transaction id, and says 200 to a failed alias query.
 */
export async function withLegacyPaths(options: { router: Router; hsToken: string; logger: Logger }): Promise<Router> {
  const { router, hsToken, logger } = options
  // Loaded here: a bridge beside its homeserver does without.
  const { AppService } = await import('matrix-appservice')
  const service = new AppService({ homeserverToken: hsToken })
  service.on('http-log', (line: string) => logger.debug({ line }, 'request below the durable routes'))
  return { ...router, listener: router.listenerBefore((request, response) => service.expressApp(request, response)) }
}
