import { RpcError } from '../rpc-error.ts'
import { bytesOf, intOf, longOf, objectOf, objectsOf, textOf, type TlObject } from '../tl/tl-value.ts'
import type { Media } from '../world/entities.ts'
import { documentOf, photoOf } from '../world/media.ts'
import type { OwnContext } from './method.ts'

/** What a client uploaded and now sends, as other clients get it. @throws RpcError */
export function mediaFrom(input: TlObject, context: OwnContext): Media {
  switch (input._) {
    case 'inputMediaUploadedPhoto': {
      const file = context.world.storeFile(assemble(objectOf(input, 'file'), context), context.session.authKey.dc)
      return { tl: { _: 'messageMediaPhoto', photo: photoOf(file, context.world.now()) }, file }
    }
    case 'inputMediaUploadedDocument': {
      const file = context.world.storeFile(assemble(objectOf(input, 'file'), context), context.session.authKey.dc)
      const attributes = objectsOf(input, 'attributes')
      const document = documentOf(file, { mimeType: textOf(input, 'mime_type'), attributes, date: context.world.now() })
      return { tl: { _: 'messageMediaDocument', document }, file }
    }
    case 'inputMediaGeoPoint': {
      const point = objectOf(input, 'geo_point')
      return { tl: { _: 'messageMediaGeo', geo: geoPoint(point['lat'] as number, point['long'] as number) } }
    }
    case 'inputMediaContact': {
      const { _: _name, ...contact } = input
      return { tl: { _: 'messageMediaContact', ...contact, user_id: 0n } }
    }
    default:
      throw new RpcError(400, 'MEDIA_INVALID')
  }
}

function geoPoint(lat: number, long: number): TlObject {
  return { _: 'geoPoint', lat, long, access_hash: 0n }
}

/** @throws RpcError FILE_PARTS_INVALID where parts are missing, MD5_CHECKSUM_INVALID for none at all */
export function assemble(input: TlObject, { logins }: OwnContext): Buffer {
  const parts = logins.uploads.get(String(longOf(input, 'id')))
  const count = intOf(input, 'parts')
  if (parts === undefined) throw new RpcError(400, 'FILE_PARTS_INVALID')
  const bytes = Array.from({ length: count }, (_, index) => parts.get(index))
  if (bytes.some((part) => part === undefined)) throw new RpcError(400, 'FILE_PART_0_MISSING')
  return Buffer.concat(bytes as Buffer[])
}

export function savePart(call: TlObject, { logins }: OwnContext): boolean {
  const id = String(longOf(call, 'file_id'))
  const parts = logins.uploads.get(id) ?? new Map<number, Buffer>()
  logins.uploads.set(id, parts)
  parts.set(intOf(call, 'file_part'), bytesOf(call, 'bytes'))
  return true
}
