import bigInt from 'big-integer'
import { Api } from 'telegram'
import { TooLargeError } from './too-large-error.ts'

export interface FileLocation {
  readonly location: Api.TypeInputFileLocation
  readonly dcId: number
  /** Where it is known. */
  readonly sizeBytes?: number
}

/** Small enough that decrypting one leaves the event loop to others after a few milliseconds. */
const pieceBytes = 128 * 1024

type Call = <R extends Api.AnyRequest>(request: R, dcId?: number) => Promise<R['__response']>

/** Offsets are multiples of this (core.telegram.org/api/files). */
const alignment = 4096

/** A whole file (core.telegram.org/api/files), from the data centre that has it. @throws TooLargeError */
export async function fetchFile(
  call: Call,
  { location, dcId, sizeBytes }: FileLocation,
  maxBytes: number,
): Promise<Buffer> {
  const pieces: Buffer[] = []
  let dc: number | undefined
  for (let offset = 0; ;) {
    const request = new Api.upload.GetFile({ location, offset: bigInt(offset), limit: pieceBytes })
    try {
      const answer = await call(request, dc)
      if (!(answer instanceof Api.upload.File)) throw new TypeError('the file lies on a server that is not supported')
      pieces.push(answer.bytes)
      offset += answer.bytes.length
      if (offset > maxBytes) throw new TooLargeError(`more than ${maxBytes} bytes`)
      const isShort = answer.bytes.length < pieceBytes
      if (isShort ? offset >= (sizeBytes ?? 0) : offset === sizeBytes) return Buffer.concat(pieces)
      // A short piece is the last one where nothing else is known; else there is more, if it can be asked for.
      if (answer.bytes.length === 0 || offset % alignment !== 0)
        throw new TypeError(`the file ended after ${offset} of ${sizeBytes} bytes`)
    } catch (error) {
      const elsewhere = migratedTo(error) ?? (dc === undefined ? undefined : dcId)
      if (elsewhere === undefined || elsewhere === dc) throw error
      dc = elsewhere
    }
  }
}

/** FILE_MIGRATE_n: another data centre has it. */
function migratedTo(error: unknown): number | undefined {
  const { errorMessage, newDc } = (error ?? {}) as { errorMessage?: string; newDc?: number }
  if (typeof newDc === 'number') return newDc
  const [, digits] = /^FILE_MIGRATE_(\d+)$/.exec(errorMessage ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}
