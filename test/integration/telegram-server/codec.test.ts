import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Api } from 'telegram'
import { loadCodec } from '../../src/telegram/tl/codec.ts'
import type { TlDefinition, TlParam } from '../../src/telegram/tl/schema.ts'
import { TlError, type TlObject, type TlValue } from '../../src/telegram/tl/tl-value.ts'
import { fullFraming, abridgedFraming, intermediateFraming } from '../../src/telegram/transport/framing.ts'

const codec = loadCodec()
const constructors = codec.definitions.filter(
  ({ isFunction, name }) => !isFunction && !/^(vector|boolTrue|boolFalse|true)$/.test(name),
)

/** Values of a type, some levels deep: deeper ones take the smallest constructor there is. */
function valueOf(type: string, depth: number): fc.Arbitrary<TlValue> {
  switch (type) {
    case 'int':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'long':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'double':
      return fc.double({ noNaN: true })
    case 'int128':
    case 'int256':
      return fc
        .uint8Array({ minLength: type === 'int128' ? 16 : 32, maxLength: type === 'int128' ? 16 : 32 })
        .map((bytes) => Buffer.from(bytes))
    case 'true':
      return fc.constant(true)
    case 'Bool':
      return fc.boolean()
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 300 })
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  }
  const [, element] = /^[Vv]ector<(.+)>$/.exec(type) ?? []
  if (element !== undefined)
    return fc.array(valueOf(element, depth - 1), { maxLength: depth > 0 ? 3 : 0 }) as fc.Arbitrary<TlValue>
  const bare = constructors.filter(({ name }) => name === type)
  const fitting = bare.length > 0 ? bare : constructors.filter(({ result }) => result === type)
  const smallest = fitting.toSorted((a, b) => a.params.length - b.params.length)
  assert.ok(smallest.length > 0, `nothing is a ${type}`)
  return fc
    .constantFrom(...(depth > 0 ? fitting : smallest.slice(0, 1)))
    .chain((definition) => objectOf(definition, depth - 1))
}

function objectOf({ name, params }: TlDefinition, depth: number): fc.Arbitrary<TlObject> {
  const fields = params.filter(({ type }) => type !== '#')
  const values = Object.fromEntries(fields.map((param) => [param.name, fieldOf(param, depth)]))
  return fc.record(values).map((object) => ({ _: name, ...withoutUndefined(withoutHalves(object, params)) }))
}

function fieldOf({ type, flag }: TlParam, depth: number): fc.Arbitrary<TlValue | undefined> {
  if (flag === undefined) return valueOf(type, depth)
  return depth > 0 ? fc.option(valueOf(type, depth), { nil: undefined }) : fc.constant(undefined)
}

/** Fields that share a flag are there together or not at all. */
function withoutHalves(
  object: Record<string, TlValue | undefined>,
  params: readonly TlParam[],
): Record<string, TlValue | undefined> {
  const isHalf = ({ flag }: TlParam): boolean =>
    flag !== undefined &&
    params.some(
      (other) => other.flag?.field === flag.field && other.flag.bit === flag.bit && object[other.name] === undefined,
    )
  const halves = new Set(params.filter(isHalf).map(({ name }) => name))
  return Object.fromEntries(Object.entries(object).filter(([name]) => !halves.has(name)))
}

function withoutUndefined(object: Record<string, TlValue | undefined>): Record<string, TlValue> {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, TlValue] => entry[1] !== undefined),
  )
}

/** Without the numbers that say which optional fields are there. */
function withoutFlags(value: TlValue): TlValue {
  if (Array.isArray(value)) return (value as TlValue[]).map(withoutFlags)
  if (typeof value !== 'object' || Buffer.isBuffer(value)) return value
  const object = value as TlObject
  const definition = constructors.find(({ name }) => name === object._)
  const flags = (definition?.params ?? []).filter(({ type }) => type === '#').map(({ name }) => name)
  const kept = Object.entries(object).filter(([key]) => !flags.includes(key))
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutFlags(field as TlValue)])) as unknown as TlValue
}

describe('the TL codec of the Telegram server', () => {
  it('knows the whole layer', () => {
    assert.ok(constructors.length > 1200, `${constructors.length} constructors`)
    assert.ok(codec.definitions.some(({ name, isFunction }) => isFunction && name === 'messages.sendMessage'))
  })

  it('reads what it writes, for every constructor', () => {
    for (const definition of constructors) {
      fc.assert(
        fc.property(objectOf(definition, 2), (object) => {
          const bytes = codec.encode(object)
          const { value, used } = codec.decode(bytes)
          assert.equal(used, bytes.length)
          assert.deepEqual(withoutFlags(value), object)
          assert.deepEqual(codec.encode(value), bytes)
        }),
        { numRuns: 3, seed: definition.id },
      )
    }
  })

  it('writes bytes as they were worked out by hand', () => {
    // peerUser#59511722 user_id:long
    assert.equal(codec.encode({ _: 'peerUser', user_id: 258n }).toString('hex'), '221751590201000000000000')
    // reactionEmoji#1b2286b8 emoticon:string: length 4, then four bytes, then three zeros
    assert.equal(codec.encode({ _: 'reactionEmoji', emoticon: '👍' }).toString('hex'), 'b886221b04f09f918d000000')
    // A string of 254 bytes or more has its length in three bytes after an fe.
    const long = codec.encode({ _: 'reactionEmoji', emoticon: 'x'.repeat(256) })
    assert.equal(long.subarray(4, 8).toString('hex'), 'fe000100')
    assert.equal(long.length, 4 + 4 + 256)
    // A vector of longs: its number, how many, each.
    assert.equal(
      codec.encode([1n, -1n]).toString('hex'),
      '15c4b51c' + '02000000' + '0100000000000000' + 'ffffffffffffffff',
    )
    assert.equal(codec.encode(true).toString('hex'), 'b5757299')
    // photoSize#75c78e60 type:string w:int h:int size:int
    const size = { _: 'photoSize', type: 'x', w: 1, h: 2, size: -1 }
    assert.equal(codec.encode(size).toString('hex'), '608ec775' + '01780000' + '01000000' + '02000000' + 'ffffffff')
  })

  it('agrees with the client’s own classes, byte for byte', () => {
    const theirs = new Api.MessageActionChatEditTitle({ title: 'ünïcödé' }).getBytes()
    assert.deepEqual(codec.encode({ _: 'messageActionChatEditTitle', title: 'ünïcödé' }), Buffer.from(theirs))
    const entity = new Api.MessageEntityTextUrl({ offset: 3, length: 400, url: 'https://example.org' }).getBytes()
    assert.deepEqual(
      codec.encode({ _: 'messageEntityTextUrl', offset: 3, length: 400, url: 'https://example.org' }),
      Buffer.from(entity),
    )
  })

  for (const [name, bytes] of [
    ['an unknown constructor', '0badc0de'],
    ['an end in the middle of a long', '22175159020100'],
    ['a vector with a length below zero', '15c4b51cffffffff'],
    ['a string that runs past the end', 'b886221b20f09f91'],
    ['a string length that does not exist', 'b886221bff000000'],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.throws(() => codec.decode(Buffer.from(bytes, 'hex')), TlError)
    })
  }
})

describe('the transports of the Telegram server', () => {
  it('frames as the description says', () => {
    const packet = Buffer.from('0102030405060708', 'hex')
    const framed = fullFraming().wrap(packet)
    assert.equal(framed.subarray(0, 16).toString('hex'), '14000000' + '00000000' + '0102030405060708')
    assert.equal(abridgedFraming().wrap(packet).toString('hex'), '020102030405060708')
    assert.equal(abridgedFraming().wrap(Buffer.alloc(508)).subarray(0, 4).toString('hex'), '7f7f0000')
    assert.equal(intermediateFraming(false).wrap(packet).toString('hex'), '080000000102030405060708')
  })

  for (const [name, make] of [
    ['full', fullFraming],
    ['abridged', abridgedFraming],
    ['intermediate', () => intermediateFraming(false)],
  ] as const) {
    it(`cuts a stream of ${name} packets wherever it is torn`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1 }),
          fc.nat(),
          (bodies, cut) => {
            const packets = bodies.map((body) => Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]))
            const [writer, reader] = [make(), make()]
            const stream = Buffer.concat(packets.map((packet) => writer.wrap(packet)))
            const read: Buffer[] = []
            let rest: Buffer = Buffer.alloc(0)
            for (const piece of [stream.subarray(0, cut % stream.length), stream.subarray(cut % stream.length)]) {
              rest = Buffer.concat([rest, piece])
              for (let taken = reader.take(rest); taken !== undefined; taken = reader.take(rest)) {
                read.push(taken.packet)
                rest = rest.subarray(taken.used)
              }
            }
            assert.deepEqual(read, packets)
          },
        ),
        { numRuns: 50 },
      )
    })
  }

  it('refuses a full packet whose checksum or number is wrong', () => {
    const framed = fullFraming().wrap(Buffer.alloc(8))
    framed[8] = 1
    assert.throws(() => fullFraming().take(framed), RangeError)
    const writer = fullFraming()
    writer.wrap(Buffer.alloc(4))
    const second = writer.wrap(Buffer.alloc(4))
    assert.throws(() => fullFraming().take(second), RangeError)
  })
})
