import type { JsonObject } from '@pons/matrix'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import { cutText } from '../../text/cut-text.ts'

/** An event may have 65,536 bytes (spec, "Size limits"); what surrounds the content takes its share. */
const maxContentBytes = 60_000
const excerptLength = 2000

/**
 * Content that fits into an event, said `copies` times over: a text that is too long keeps its beginning and goes, whole,
 * into a file that the message carries.
 */
export async function fittingContent(api: MatrixApi, content: JsonObject, copies = 1): Promise<JsonObject> {
  if (fits(content, copies)) return content
  const { format: _format, formatted_body: _html, ...plain } = content
  if (fits(plain, copies)) return plain
  const text = typeof content['body'] === 'string' ? content['body'] : JSON.stringify(content)
  const bytes = new TextEncoder().encode(text)
  const url = await api.upload(bytes, 'text/plain; charset=utf-8', 'message.txt')
  return {
    msgtype: 'm.file',
    filename: 'message.txt',
    body: `${cutText(text, excerptLength)}…`,
    url,
    info: { mimetype: 'text/plain', size: bytes.length },
  }
}

function fits(content: JsonObject, copies: number): boolean {
  return Buffer.byteLength(JSON.stringify(content)) * copies <= maxContentBytes
}
