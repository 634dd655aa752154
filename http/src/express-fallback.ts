import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Express, Request, RequestHandler, Response } from 'express'
import { unrecognized } from '@pons/matrix'
import type { Logger } from 'pino'
import { errorResponse, writeResponse } from './respond.ts'

export interface Mount {
  readonly path: string
  readonly handler: RequestHandler
}

/** An Express app for what does not need the fast router; Express is loaded for the first request below a mount. */
export function expressFallback(
  mounts: readonly Mount[],
  logger: Logger,
): ((request: IncomingMessage, response: ServerResponse) => void) | undefined {
  if (mounts.length === 0) return undefined
  let app: Promise<Express> | undefined
  return (request, response) => {
    const answerError = (error: unknown): void => {
      void writeResponse(response, errorResponse(error, logger), request.method === 'HEAD')
    }
    const path = request.url?.split('?', 1)[0] ?? ''
    if (!mounts.some((mount) => isBelow(path, mount.path))) return answerError(unrecognized('Unrecognized request'))
    app ??= expressApp(mounts)
    app.then((handle) => {
      handle(request as Request, response as Response, (error?: unknown) =>
        answerError(error ?? unrecognized('Unrecognized request')),
      )
    }, answerError)
  }
}

/** As Express matches a mount: whole segments, whatever their case. The root is itself alone: below it is everything. */
function isBelow(path: string, mount: string): boolean {
  if (mount === '/') return path === '/'
  const prefix = mount.replace(/\/$/, '').toLowerCase()
  const start = path.toLowerCase()
  return start === prefix || start.startsWith(`${prefix}/`)
}

async function expressApp(mounts: readonly Mount[]): Promise<Express> {
  const { default: express } = await import('express')
  const app = express()
  app.disable('x-powered-by')
  for (const { path, handler } of mounts) {
    if (path === '/') app.all('/', handler)
    else app.use(path, handler)
  }
  return app
}
