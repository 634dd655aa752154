/** A TL object as plain data: `_` is the constructor's name, fields are spelled as in the schema. */
export interface TlObject {
  readonly _: string
  readonly [field: string]: TlValue | undefined
}

/** int and double are numbers, long is a bigint, int128, int256 and bytes are buffers. */
export type TlValue = number | bigint | string | boolean | Buffer | TlObject | readonly TlValue[]

/** What came does not have the shape that its constructor promises, or bytes are no TL. */
export class TlError extends Error {
  override readonly name = 'TlError'
}

function fail(object: TlObject, field: string, expected: string): never {
  throw new TlError(`${object._}.${field} is no ${expected}`)
}

export function intOf(object: TlObject, field: string): number {
  const value = object[field]
  return typeof value === 'number' ? value : fail(object, field, 'int')
}

export function longOf(object: TlObject, field: string): bigint {
  const value = object[field]
  return typeof value === 'bigint' ? value : fail(object, field, 'long')
}

export function textOf(object: TlObject, field: string): string {
  const value = object[field]
  return typeof value === 'string' ? value : fail(object, field, 'string')
}

export function bytesOf(object: TlObject, field: string): Buffer {
  const value = object[field]
  return Buffer.isBuffer(value) ? value : fail(object, field, 'bytes')
}

export function objectOf(object: TlObject, field: string): TlObject {
  const value = object[field]
  return isTlObject(value) ? value : fail(object, field, 'object')
}

export function objectsOf(object: TlObject, field: string): readonly TlObject[] {
  const value = object[field]
  return Array.isArray(value) ? (value as readonly TlObject[]) : fail(object, field, 'vector')
}

export function isTlObject(value: unknown): value is TlObject {
  return typeof value === 'object' && value !== null && '_' in value
}
