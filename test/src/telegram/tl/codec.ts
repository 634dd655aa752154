import { readFileSync } from 'node:fs'
import { parseSchema, type TlDefinition, type TlParam } from './schema.ts'
import { TlReader } from './tl-reader.ts'
import { isTlObject, TlError, type TlObject, type TlValue } from './tl-value.ts'
import { TlWriter } from './tl-writer.ts'

const vectorId = 0x1cb5c415
const trueId = 0x997275b5
const falseId = 0xbc799737
const maxVector = 1_000_000

/** Reads and writes the objects of a schema. It knows none of them: all of its knowledge is the schema's text. */
export class TlCodec {
  readonly #byId = new Map<number, TlDefinition>()
  readonly #types = new Map<string, TlDefinition>()
  readonly #functions = new Map<string, TlDefinition>()

  constructor(...schemas: readonly string[]) {
    for (const definition of schemas.flatMap(parseSchema)) {
      this.#byId.set(definition.id, definition)
      const kind = definition.isFunction ? this.#functions : this.#types
      kind.set(definition.name, definition)
    }
  }

  get definitions(): readonly TlDefinition[] {
    return [...this.#byId.values()]
  }

  /** One boxed value; `used` is where it ended. @throws TlError */
  decode(bytes: Buffer): { value: TlValue; used: number } {
    const reader = new TlReader(bytes)
    const value = this.#boxed(reader)
    return { value, used: reader.position }
  }

  decodeObject(bytes: Buffer): TlObject {
    const { value } = this.decode(bytes)
    if (!isTlObject(value)) throw new TlError('not an object')
    return value
  }

  /** A boxed value. A vector of numbers is one of ints, of bigints one of longs. */
  encode(value: TlValue): Buffer {
    const writer = new TlWriter()
    this.#putBoxed(writer, value)
    return writer.finish()
  }

  /** As `encode`, for a function's call. */
  encodeCall(call: TlObject): Buffer {
    const writer = new TlWriter()
    this.#putObject(writer, call, this.#definitionOf(call, this.#functions))
    return writer.finish()
  }

  #boxed(reader: TlReader): TlValue {
    const id = reader.uint()
    if (id === vectorId) return this.#vector(reader, 'Object')
    if (id === trueId || id === falseId) return id === trueId
    const definition = this.#byId.get(id)
    if (definition === undefined) throw new TlError(`unknown constructor ${id.toString(16)} at ${reader.position - 4}`)
    return this.#fields(reader, definition)
  }

  #fields(reader: TlReader, { name, params }: TlDefinition): TlObject {
    const object: Record<string, TlValue> & { _: string } = { _: name }
    for (const { name: field, type, flag } of params) {
      if (flag !== undefined && (((object[flag.field] as number) >>> flag.bit) & 1) === 0) continue
      object[field] = type === '#' ? reader.uint() : this.#value(reader, type)
    }
    return object
  }

  #value(reader: TlReader, type: string): TlValue {
    switch (type) {
      case 'int':
        return reader.int()
      case 'long':
        return reader.long()
      case 'double':
        return reader.double()
      case 'int128':
        return reader.raw(16)
      case 'int256':
        return reader.raw(32)
      case 'true':
        return true
      case 'string':
        return reader.bytes().toString('utf8')
      case 'bytes':
        return reader.bytes()
    }
    const [, boxing, element] = /^(V|v)ector<(.+)>$/.exec(type) ?? []
    if (element !== undefined) {
      if (boxing === 'V' && reader.uint() !== vectorId) throw new TlError('a vector was expected')
      return this.#vector(reader, element)
    }
    const bare = this.#bareDefinition(type)
    return bare === undefined ? this.#boxed(reader) : this.#fields(reader, bare)
  }

  #vector(reader: TlReader, element: string): TlValue[] {
    const length = reader.int()
    if (length < 0 || length > maxVector) throw new TlError(`a vector has ${length} elements`)
    return Array.from({ length }, () => (element === 'Object' ? this.#boxed(reader) : this.#value(reader, element)))
  }

  #putBoxed(writer: TlWriter, value: TlValue): void {
    if (typeof value === 'boolean') return writer.int(value ? trueId : falseId)
    if (typeof value === 'number') return writer.int(value)
    if (typeof value === 'bigint') return writer.long(value)
    if (Array.isArray(value)) {
      writer.int(vectorId)
      writer.int(value.length)
      for (const element of value as readonly TlValue[]) this.#putBoxed(writer, element)
      return
    }
    if (!isTlObject(value)) throw new TlError(`${typeof value} has no form of its own`)
    this.#putObject(writer, value, this.#definitionOf(value, this.#types, this.#functions))
  }

  #putObject(writer: TlWriter, object: TlObject, definition: TlDefinition): void {
    writer.int(definition.id)
    this.#putFields(writer, object, definition)
  }

  #putFields(writer: TlWriter, object: TlObject, { name, params }: TlDefinition): void {
    for (const param of params) {
      const value = object[param.name]
      if (param.type === '#') writer.int(flagsOf(object, params, param.name))
      else if (param.flag !== undefined && (value === undefined || param.type === 'true')) continue
      else if (value === undefined) throw new TlError(`${name} lacks ${param.name}`)
      else this.#put(writer, value, param.type)
    }
  }

  #put(writer: TlWriter, value: TlValue, type: string): void {
    switch (type) {
      case 'int':
        return writer.int(value as number)
      case 'long':
        return writer.long(value as bigint)
      case 'double':
        return writer.double(value as number)
      case 'int128':
      case 'int256':
        return writer.raw(value as Buffer)
      case 'true':
        return
      case 'string':
        return writer.bytes(Buffer.from(value as string, 'utf8'))
      case 'bytes':
        return writer.bytes(value as Buffer)
    }
    const [, boxing, element] = /^(V|v)ector<(.+)>$/.exec(type) ?? []
    if (element === undefined) {
      const bare = this.#bareDefinition(type)
      return bare === undefined ? this.#putBoxed(writer, value) : this.#putFields(writer, value as TlObject, bare)
    }
    if (boxing === 'V') writer.int(vectorId)
    writer.int((value as readonly TlValue[]).length)
    for (const one of value as readonly TlValue[]) this.#put(writer, one, element)
  }

  /** A type that is spelled like a constructor is written without the constructor's number. */
  #bareDefinition(type: string): TlDefinition | undefined {
    const name = type.startsWith('%') ? type.slice(1) : type
    return /^[a-z]/.test(name.split('.').at(-1) ?? '') ? this.#types.get(name) : undefined
  }

  #definitionOf(object: TlObject, ...kinds: readonly ReadonlyMap<string, TlDefinition>[]): TlDefinition {
    const definition = kinds.map((kind) => kind.get(object._)).find((one) => one !== undefined)
    if (definition === undefined) throw new TlError(`the schema has no ${object._}`)
    return definition
  }
}

function flagsOf(object: TlObject, params: readonly TlParam[], field: string): number {
  let flags = 0
  for (const { name, type, flag } of params) {
    const isSet = object[name] !== undefined && !(type === 'true' && object[name] === false)
    if (flag?.field === field && isSet) flags |= 1 << flag.bit
  }
  return flags
}

/** The codec of the layer that the server speaks. */
export function loadCodec(): TlCodec {
  const read = (name: string): string => readFileSync(new URL(`../schema/${name}.tl`, import.meta.url), 'utf8')
  return new TlCodec(read('api'), read('mtproto'))
}
