import { startServer, type Listener, type Router, type RunningServer } from '@pons/http'
import type { Logger } from 'pino'

/**
 * Serves homeservers that push over HTTP. The durable routes stand in front of matrix-appservice's Express app, which
 * answers what is left (health, legacy paths): it answers transactions before it handles them, remembers one transaction
 * id, and says 200 to a failed alias query.
 */
export async function listenForHomeserver(options: {
  router: Router
  hsToken: string
  listener: Listener
  logger: Logger
}): Promise<RunningServer> {
  // Loaded here: a bridge beside its homeserver does without.
  const { AppService } = await import('matrix-appservice')
  const service = new AppService({ homeserverToken: options.hsToken })
  service.on('http-log', (line: string) => options.logger.debug({ line }, 'request below the durable routes'))
  return await startServer({
    listeners: [options.listener],
    router: options.router,
    fallback: (request, response) => service.expressApp(request, response),
  })
}
