import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { notJson, parseJson, tooLarge } from '@pons/matrix'

/** The bytes of the request as they come; throws M_TOO_LARGE as soon as there are more than allowed. */
export async function* limitedStream(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLarge(`the body is larger than ${maxBytes} bytes`)
    yield chunk
  }
}

/** @throws MatrixError M_TOO_LARGE */
export function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(message.headers['content-length'] ?? 0)
  if (declared > maxBytes) return Promise.reject(tooLarge(`the body is larger than ${maxBytes} bytes`))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    message.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) {
        chunks.push(chunk)
        return
      }
      message.pause()
      reject(tooLarge(`the body is larger than ${maxBytes} bytes`))
    })
    message.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    message.on('error', reject)
    message.on('close', () => {
      if (!message.readableEnded) reject(notJson('the body ended early'))
    })
  })
}

/** @throws MatrixError M_NOT_JSON, or M_BAD_JSON when it is nested too deep */
export function parseBody(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw notJson('the body is not UTF-8')
  return parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}
