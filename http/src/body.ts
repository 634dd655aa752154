import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { MatrixError, notJson, parseJson, tooLarge } from '@pons/matrix'
import type { Held } from './body-memory.ts'
import { checkWellFormed } from './text-rule.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** From the head of the request to the end of its body. */
  readonly timeoutMs: number
  readonly held: Held
}

/** The bytes of the request as they come; throws M_TOO_LARGE as soon as there are more than allowed. */
export async function* limitedStream(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLarge(`the body is larger than ${maxBytes} bytes`)
    yield chunk
  }
}

/** Before anything of it is read. @throws MatrixError M_TOO_LARGE */
export function checkDeclared(message: IncomingMessage, maxBytes: number): void {
  const declared = Number(message.headers['content-length'] ?? 0)
  if (declared > maxBytes) throw tooLarge(`the body is larger than ${maxBytes} bytes`)
}

/** @throws MatrixError M_TOO_LARGE, M_LIMIT_EXCEEDED, or M_NOT_JSON for one that ends early or comes too slowly */
export function readBody(message: IncomingMessage, { maxBytes, timeoutMs, held }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const stop = (error: Error): void => {
      clearTimeout(timer)
      message.off('data', take)
      message.pause()
      chunks.length = 0
      reject(error)
    }
    const take = (chunk: Buffer): void => {
      length += chunk.length
      if (length > maxBytes) return stop(tooLarge(`the body is larger than ${maxBytes} bytes`))
      try {
        held.add(chunk.length)
      } catch (error) {
        return stop(error as Error)
      }
      chunks.push(chunk)
    }
    const timer = setTimeout(() => {
      stop(new MatrixError('M_NOT_JSON', 'the body did not come in time', { status: 408 }))
    }, timeoutMs)
    message.on('data', take)
    message.on('end', () => {
      clearTimeout(timer)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    message.on('error', stop)
    message.on('close', () => {
      if (!message.readableEnded) stop(notJson('the body ended early'))
    })
  })
}

/** Of so many bytes of JSON, one value in forty: what is all brackets takes far longer to read than it is long. */
const BYTES_PER_VALUE = 40
const MIN_VALUES = 4096
/** However large the body may be: building so many takes some ten milliseconds. */
const MAX_VALUES = 50_000

/**
 * @throws MatrixError M_NOT_JSON, M_BAD_JSON when it is nested too deep or holds half of a surrogate pair, M_TOO_LARGE when it
 * holds too many values
 */
export function parseBody(bytes: Uint8Array, maxBytes: number): unknown {
  if (!isUtf8(bytes)) throw notJson('the body is not UTF-8')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const fitting = Math.floor(maxBytes / BYTES_PER_VALUE)
  const value = parseJson(text, { maxValues: Math.min(MAX_VALUES, Math.max(MIN_VALUES, fitting)) })
  checkWellFormed(text, value)
  return value
}
