import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkDeclared, limitedStream, parseBody, readBody, type BodyLimits } from './body.ts'
import type { DispatchRequest } from './dispatch.ts'
import { askForBody } from './expectation.ts'
import { isStream } from './respond.ts'

/** Where a request's body and its end come from: a socket, or a caller in this process. */
export interface Source {
  readBody(limits: BodyLimits): Promise<unknown>
  stream(maxBytes: number): AsyncIterable<Uint8Array>
  signal(): AbortSignal
}

export const EMPTY = Symbol('empty body')

/** `waiting` are those requests whose handlers wait for the client's end. */
export function socketSource(
  request: IncomingMessage,
  response: ServerResponse,
  waiting: Set<AbortController>,
): Source {
  let controller: AbortController | undefined
  return {
    async readBody(limits) {
      checkDeclared(request, limits.maxBytes)
      askForBody(request, response)
      const bytes = await readBody(request, limits)
      return bytes.length === 0 ? EMPTY : parseBody(bytes, limits.maxBytes)
    },
    async *stream(maxBytes) {
      checkDeclared(request, maxBytes)
      askForBody(request, response)
      // Who stops reading half-way still has to be answered on this connection.
      yield* limitedStream(request.iterator({ destroyOnReturn: false }), maxBytes)
    },
    signal() {
      if (!controller) {
        const made = new AbortController()
        controller = made
        if (response.closed) made.abort()
        else {
          waiting.add(made)
          response.once('close', () => {
            waiting.delete(made)
            if (!response.writableEnded) made.abort()
          })
        }
      }
      return controller.signal
    },
  }
}

const NEVER = new AbortController().signal

export function dispatchSource({ body, signal }: DispatchRequest): Source {
  return {
    async readBody({ maxBytes }) {
      if (body === undefined) return EMPTY
      if (!(body instanceof Uint8Array)) return body
      return body.length === 0 ? EMPTY : parseBody(await collect(limitedStream(once(body), maxBytes)), maxBytes)
    },
    stream(maxBytes) {
      if (isStream(body)) return limitedStream(body, maxBytes)
      return limitedStream(once(body instanceof Uint8Array ? body : new Uint8Array()), maxBytes)
    },
    signal: () => signal ?? NEVER,
  }
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
