import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FrameReader } from '../../../src/whatsapp/noise/frame-reader.ts'

/** `WA`, 6, 3. */
const opening = Buffer.from('57410603', 'hex')

function routedBy(routing: Uint8Array): Buffer {
  // `ED`, 0, 1, and three bytes of length.
  const mark = Buffer.from([0x45, 0x44, 0, 1, routing.length >> 16, (routing.length >> 8) & 255, routing.length & 255])
  return Buffer.concat([mark, routing])
}

function written(frames: readonly Uint8Array[]): Buffer {
  const parts = frames.map((frame) => {
    const length = Buffer.from([frame.length >> 16, (frame.length >> 8) & 255, frame.length & 255])
    return Buffer.concat([length, frame])
  })
  return Buffer.concat(parts)
}

/** Cut at every place that is named, counted round and round. */
function* cut(stream: Buffer, places: readonly number[]): Generator<Buffer> {
  const borders = [...new Set(places.map((place) => place % (stream.length + 1)))].toSorted((a, b) => a - b)
  let start = 0
  for (const border of [...borders, stream.length]) {
    yield stream.subarray(start, border)
    start = border
  }
}

const frameBytes = fc.uint8Array({ maxLength: 600, size: 'max' })
const preamble = fc.option(fc.uint8Array({ maxLength: 300, size: 'max' }), { nil: undefined })

describe('frames that a client sends', () => {
  it('are the same however they were chunked, with a routing preamble and without', () => {
    const frames = fc.array(frameBytes, { maxLength: 8 })
    fc.assert(
      fc.property(frames, preamble, fc.array(fc.nat(10_000), { maxLength: 40 }), (sent, routing, places) => {
        const start = routing === undefined ? opening : Buffer.concat([routedBy(routing), opening])
        const reader = new FrameReader()
        const chunks = [...cut(Buffer.concat([start, written(sent)]), places)]
        const read = chunks.flatMap((chunk) => reader.take(chunk))
        assert.deepEqual(
          read.map((frame) => frame.toString('hex')),
          sent.map((frame) => Buffer.from(frame).toString('hex')),
        )
      }),
    )
  })

  it('come out one by one when they come in byte by byte', () => {
    const sent = [Buffer.from('first'), Buffer.alloc(0), Buffer.from('third')]
    const stream = Buffer.concat([routedBy(Buffer.from('here')), opening, written(sent)])
    const reader = new FrameReader()
    const counts = [...stream].map((byte) => reader.take(Uint8Array.of(byte)).length)
    // 7 + 4 + 4 bytes of opening; then 3 + 5, 3 + 0 and 3 + 5.
    const ends = counts.flatMap((count, index) => (count > 0 ? [index] : []))
    assert.deepEqual(ends, [22, 25, 33])
    assert.ok(counts.every((count) => count <= 1))
  })

  it('may be longer than two bytes of length can say', () => {
    const long = Buffer.alloc(70_001, 'long')
    const [frame, ...rest] = new FrameReader().take(Buffer.concat([opening, written([long])]))
    assert.ok(frame?.equals(long))
    assert.deepEqual(rest, [])
  })

  it('are not read after any other prologue', () => {
    const other = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes))
    const isOther = (bytes: Buffer): boolean => !bytes.equals(opening) && bytes.toString('latin1', 0, 2) !== 'ED'
    fc.assert(
      fc.property(other.filter(isOther), frameBytes, preamble, (prologue, frame, routing) => {
        const start = routing === undefined ? prologue : Buffer.concat([routedBy(routing), prologue])
        assert.throws(() => new FrameReader().take(Buffer.concat([start, written([frame])])), /a prologue/)
      }),
    )
  })

  for (const [what, hex] of [
    ['an older dictionary', '57410602'],
    ['an older protocol', '57410503'],
    ['a request of HTTP', '47455420'],
  ] as const) {
    it(`are not read after ${what}`, () => {
      assert.throws(() => new FrameReader().take(Buffer.from(hex, 'hex')), new RegExp(`a prologue ${hex}`))
    })
  }

  it('are not read after a routing preamble of another version', () => {
    const stream = Buffer.from('45440002000000', 'hex')
    assert.throws(() => new FrameReader().take(Buffer.concat([stream, opening])), /an unknown routing preamble/)
  })

  it('are not read before the whole prologue is there', () => {
    const reader = new FrameReader()
    for (const byte of opening.subarray(0, 3)) assert.deepEqual(reader.take(Uint8Array.of(byte)), [])
    assert.deepEqual(reader.take(Buffer.concat([opening.subarray(3), written([Buffer.from('x')])])), [Buffer.from('x')])
  })
})
