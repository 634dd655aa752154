import { startServer, type Listener, type Router, type RunningServer } from '@pons/http'
import type { Logger } from 'pino'
import { withLegacyPaths } from './with-legacy-paths.ts'

/** Serves homeservers that push over HTTP to one bridge. */
export async function listenForHomeserver(options: {
  router: Router
  hsToken: string
  listener: Listener
  logger: Logger
}): Promise<RunningServer> {
  return await startServer({ listeners: [options.listener], router: await withLegacyPaths(options) })
}
