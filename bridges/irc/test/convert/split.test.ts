import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseFormatting, renderFormatting, stripFormatting, type Span } from '../../src/convert/formatting.ts'
import { splitLine, textBudget } from '../../src/convert/split.ts'

const code = fc.constantFrom('\x02', '\x1d', '\x0304', '\x0304,12', '\x03', '\x0f', '\x11')
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.lorem({ maxCount: 10 }),
      code,
      fc.constantFrom('👨‍👩‍👧‍👦', 'é', '漢字', ' '),
    ),
    { maxLength: 30 },
  )
  .map((parts) => renderFormatting(parseFormatting(parts.join('').replaceAll('\t', ''))))

describe('splitting of long lines', () => {
  it('keeps every line within the limit, valid, and loses nothing', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 64, max: 450 }), (line, maxBytes) => {
        const pieces = splitLine(line, maxBytes)
        for (const piece of pieces) {
          assert.ok(Buffer.byteLength(piece) <= maxBytes, `${Buffer.byteLength(piece)} > ${maxBytes}`)
          assert.ok(piece.isWellFormed())
        }
        assert.equal(pieces.map(stripFormatting).join(''), stripFormatting(line))
        assert.deepEqual(merge(pieces.flatMap(parseFormatting)), parseFormatting(line))
      }),
      { numRuns: 1000 },
    )
  })

  it('prefers to cut behind a space', () => {
    assert.deepEqual(splitLine(`${'a'.repeat(40)} ${'b'.repeat(40)} ${'c'.repeat(40)}`, 90), [
      `${'a'.repeat(40)} ${'b'.repeat(40)} `,
      'c'.repeat(40),
    ])
  })

  it('cuts in front of an address, where words are not parted by spaces', () => {
    const address = `https://example.org/${'a'.repeat(60)}`
    assert.deepEqual(splitLine(`${'字'.repeat(30)}${address}`, 150), ['字'.repeat(30), address])
    assert.deepEqual(splitLine(`${address}${'a'.repeat(60)}`, 100), [address + 'a'.repeat(20), 'a'.repeat(40)])
  })

  it('never cuts an emoji of many parts', () => {
    const family = '👨‍👩‍👧‍👦'
    for (const piece of splitLine(family.repeat(20), 64)) assert.equal(piece.length % family.length, 0)
  })

  it('counts the name under which others see us', () => {
    const options = { prefix: 'nick!user@some.host', command: 'PRIVMSG', target: '#chan', lineLength: 512 }
    assert.equal(textBudget(options), 512 - ':nick!user@some.host PRIVMSG #chan :\r\n'.length)
  })
})

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last && JSON.stringify(last.style) === JSON.stringify(span.style))
      merged[merged.length - 1] = { ...last, text: last.text + span.text }
    else merged.push(span)
  }
  return merged
}
