import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { MatrixError } from '@pons/matrix'
import type { Logger } from 'pino'
import { HttpResponse } from './endpoint.ts'

/** https://spec.matrix.org/v1.19/client-server-api/#web-browser-clients */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization, Date',
  'access-control-expose-headers': 'Retry-After',
}

/** The one place that turns an error into an answer. What is not a MatrixError is our fault: logged, and told to nobody. */
export function errorResponse(error: unknown, logger: Logger): HttpResponse {
  if (error instanceof MatrixError) {
    const retryAfterMs = error.fields['retry_after_ms']
    const headers: Record<string, string> =
      typeof retryAfterMs === 'number' ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {}
    return new HttpResponse(error.status, error.toJSON(), headers)
  }
  logger.error({ err: error }, 'request failed')
  return new HttpResponse(500, { errcode: 'M_UNKNOWN', error: 'Internal server error' })
}

export async function writeResponse(response: ServerResponse, answer: HttpResponse, isHead: boolean): Promise<void> {
  const { body } = answer
  if (answer.status === 204) {
    response.writeHead(204, { ...CORS, ...answer.headers })
    return void response.end()
  }
  if (isStream(body)) {
    response.writeHead(answer.status, { ...CORS, ...answer.headers })
    if (isHead) return void response.end(await brokenOff(body))
    await pipeline(body, response)
    return
  }
  if (body instanceof Uint8Array) {
    const length = { 'content-length': String(body.byteLength) }
    response.writeHead(answer.status, { ...CORS, ...length, ...answer.headers })
    response.end(isHead ? undefined : body)
    return
  }
  const text = JSON.stringify(body ?? {})
  response.writeHead(answer.status, {
    ...CORS,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  })
  response.end(isHead ? undefined : text)
}

/** A stream that nobody reads would hold on to where it comes from. */
async function brokenOff(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body) return
}

export function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
