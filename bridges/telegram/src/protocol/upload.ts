import bigInt from 'big-integer'
import { randomBytes } from 'node:crypto'
import { Api } from 'telegram'

const partBytes = 512 * 1024
/** Above it a file goes in parts that carry no checksum of the whole. */
const bigBytes = 10 * 1024 * 1024

type Call = <R extends Api.AnyRequest>(request: R) => Promise<R['__response']>

/** Hands a file over in parts (core.telegram.org/api/files); a repeat of a part replaces it. */
export async function uploadFile(call: Call, bytes: Uint8Array, name: string): Promise<Api.TypeInputFile> {
  const id = bigInt(randomBytes(7).toString('hex'), 16)
  const parts = Math.max(1, Math.ceil(bytes.length / partBytes))
  const isBig = bytes.length > bigBytes
  for (let part = 0; part < parts; part++) {
    const content = Buffer.from(bytes.subarray(part * partBytes, (part + 1) * partBytes))
    const common = { fileId: id, filePart: part, bytes: content }
    if (isBig) await call(new Api.upload.SaveBigFilePart({ ...common, fileTotalParts: parts }))
    else await call(new Api.upload.SaveFilePart(common))
  }
  if (isBig) return new Api.InputFileBig({ id, parts, name })
  return new Api.InputFile({ id, parts, name, md5Checksum: '' })
}
