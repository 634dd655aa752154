import assert from 'node:assert/strict'
import fc from 'fast-check'
import { colourOf, nearestColour } from '../../src/convert/colours.ts'
import {
  parseFormatting,
  plainStyle,
  renderFormatting,
  stripFormatting,
  type Span,
} from '../../src/convert/formatting.ts'
import { linesOf } from '../../src/convert/to-irc.ts'
import { documentOf } from '../../src/convert/from-irc.ts'

const codes = fc.constantFrom(
  '\x02',
  '\x1d',
  '\x1f',
  '\x1e',
  '\x11',
  '\x0f',
  '\x16',
  '\x03',
  '\x034',
  '\x0304,12',
  '\x0399',
  '\x04ff8000',
)
const ircText = fc
  .array(fc.oneof(codes, fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constantFrom('1', ',2', '04', ' ')), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''))
const options = { nickOf: () => undefined, mediaLink: () => undefined }

/** Spans with colours as the palette can say them. */
function normal(text: string): Span[] {
  const onPalette = (colour: string | undefined): string | undefined =>
    colour === undefined ? undefined : colourOf(nearestColour(colour))
  const spans: Span[] = []
  for (const { text: piece, style } of parseFormatting(text)) {
    const fitted = { ...style, color: onPalette(style.color), background: onPalette(style.background) }
    const last = spans.at(-1)
    if (last && JSON.stringify(last.style) === JSON.stringify(fitted))
      spans[spans.length - 1] = { text: last.text + piece, style: fitted }
    else spans.push({ text: piece, style: fitted })
  }
  return spans
}

describe('IRC formatting', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(ircText, (text) => {
        const spans = normal(text)
        assert.deepEqual(parseFormatting(renderFormatting(spans)), spans)
      }),
      { numRuns: 2000 },
    )
  })

  it('comes back from a document as it was', () => {
    const isVisible = (text: string): boolean =>
      !/[\t\x7f\u2028\u2029]/.test(text) && stripFormatting(text).trim() !== ''
    fc.assert(
      fc.property(ircText.filter(isVisible), (text) => {
        const document = documentOf({ kind: 'text', text }, () => undefined)
        const [line = ''] = linesOf(document, options)
        assert.deepEqual(
          documentOf({ kind: 'text', text: line }, () => undefined),
          documentOf({ kind: 'text', text: renderFormatting(hidden(normal(text))) }, () => undefined),
        )
        assert.equal(stripFormatting(line), stripFormatting(text))
      }),
      { numRuns: 1000 },
    )
  })

  it('knows all 99 colours, and finds each by its value', () => {
    for (let number = 0; number < 99; number++) {
      const value = colourOf(number)
      assert.match(value ?? '', /^#[0-9a-f]{6}$/)
      assert.equal(colourOf(nearestColour(value!)), value)
      assert.deepEqual(parseFormatting(`\x03${String(number).padStart(2, '0')}x`), [
        { text: 'x', style: { ...plainStyle, color: value } },
      ])
    }
    assert.deepEqual(parseFormatting('\x0399x'), [{ text: 'x', style: plainStyle }])
  })

  const cases: readonly { name: string; given: string; expected: string }[] = [
    { name: 'a digit behind the end of a colour', given: '\x0304red\x03\x02\x025', expected: 'red5' },
    { name: 'a comma behind a colour', given: '\x034,a', expected: ',a' },
    { name: 'a third digit', given: '\x03123', expected: '3' },
    { name: 'codes that mean nothing', given: 'a\x07\x1bb\x00c', expected: 'abc' },
  ]
  for (const { name, given, expected } of cases)
    it(`reads ${name}`, () => assert.equal(stripFormatting(given), expected))
})

/** Same ground and colour means hidden, whatever the colour was. */
function hidden(spans: readonly Span[]): Span[] {
  return spans.map((span) => {
    const { color, background } = span.style
    const isHidden = color !== undefined && color === background
    return isHidden ? { ...span, style: { ...span.style, color: '#000000', background: '#000000' } } : span
  })
}
