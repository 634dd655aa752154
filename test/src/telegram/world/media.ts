import type { TlObject } from '../tl/tl-value.ts'
import type { StoredFile } from './entities.ts'

const fileReference = Buffer.from('reference')

export function photoOf(file: StoredFile, date: number): TlObject {
  const size = { _: 'photoSize', type: 'x', w: 640, h: 480, size: file.bytes.length }
  const common = { id: file.id, access_hash: file.accessHash, file_reference: fileReference, date, dc_id: file.dc }
  return { _: 'photo', ...common, sizes: [size] }
}

export function documentOf(
  file: StoredFile,
  of: { readonly mimeType: string; readonly attributes: readonly TlObject[]; readonly date: number },
): TlObject {
  return {
    _: 'document',
    id: file.id,
    access_hash: file.accessHash,
    file_reference: fileReference,
    date: of.date,
    mime_type: of.mimeType,
    size: BigInt(file.bytes.length),
    dc_id: file.dc,
    attributes: of.attributes,
  }
}
