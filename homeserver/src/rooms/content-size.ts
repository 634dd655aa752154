import { maxEventBytes, tooLarge, utf8Length, type JsonObject } from '@pons/matrix'

/**
 * Before content is sorted, hashed and signed, each of which takes longer than to write it down: no event holds more.
 *
 * @throws MatrixError M_TOO_LARGE
 * @returns its size
 */
export function checkContentSize(content: JsonObject): number {
  const bytes = utf8Length(JSON.stringify(content))
  if (bytes > maxEventBytes) throw tooLarge(`the content has ${bytes} bytes, more than an event of ${maxEventBytes}`)
  return bytes
}
