import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import { unrecognized } from '@pons/matrix'
import type { Logger } from 'pino'
import { errorResponse, writeResponse } from './respond.ts'

export interface Mount {
  readonly path: string
  readonly handler: RequestHandler
}

/** An Express app for what does not need the fast router; Express is loaded only when something is mounted. */
export async function expressFallback(
  mounts: readonly Mount[],
  logger: Logger,
): Promise<((request: IncomingMessage, response: ServerResponse) => void) | undefined> {
  if (mounts.length === 0) return undefined
  const { default: express } = await import('express')
  const app = express()
  app.disable('x-powered-by')
  for (const { path, handler } of mounts) app.use(path, handler)
  return (request, response) => {
    app(request as Request, response as Response, (error?: unknown) => {
      const answer = errorResponse(error ?? unrecognized('Unrecognized request'), logger)
      void writeResponse(response, answer, request.method === 'HEAD')
    })
  }
}
