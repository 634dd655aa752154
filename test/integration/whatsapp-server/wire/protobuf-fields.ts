/** A protobuf message by field number: bytes where the field has a length, a number where it is a varint. */
export type Fields = ReadonlyMap<number, Buffer | number>

const [asVarint, withLength] = [0, 2]

/** Reads the two kinds of fields that the handshake has. @throws Error at any other */
export function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, Buffer | number>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('a message that was cut short')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const value = varint()
    if ((key & 7) === asVarint) fields.set(key >> 3, value)
    else if ((key & 7) === withLength) {
      if (at + value > bytes.length) throw new Error('a message that was cut short')
      fields.set(key >> 3, bytes.subarray(at, at + value))
      at += value
    } else throw new Error(`a field of the kind ${key & 7}`)
  }
  return fields
}

export function bytesAt(fields: Fields, ...[first, ...more]: [number, ...number[]]): Buffer {
  const value = fields.get(first)
  if (!Buffer.isBuffer(value)) throw new Error(`no bytes in field ${first}`)
  const [next, ...rest] = more
  return next === undefined ? value : bytesAt(readFields(value), next, ...rest)
}

export function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varintOf((number << 3) | withLength), varintOf(value.length), value])
}

export function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varintOf((number << 3) | asVarint), varintOf(value)])
}

function varintOf(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
