import assert from 'node:assert/strict'
import { spanInWords } from '../../src/index.ts'

describe('a span of time in words', () => {
  const cases = [
    ['2026-01-01T10:00:00.000Z', '2026-01-01T10:19:59.999Z', '2026-01-01 10:00 and 10:20 UTC'],
    ['2026-01-01T10:00:59.999Z', '2026-01-01T10:00:59.999Z', '2026-01-01 10:00 and 10:01 UTC'],
    ['2026-01-01T10:00:00.000Z', '2026-01-01T10:20:00.000Z', '2026-01-01 10:00 and 10:21 UTC'],
    ['2025-12-31T23:50:00.000Z', '2026-01-01T00:05:30.000Z', '2025-12-31 23:50 and 2026-01-01 00:06 UTC'],
  ] as const
  for (const [from, to, expected] of cases) {
    it(`holds ${from} and ${to} in whole minutes`, () => {
      assert.equal(spanInWords(Date.parse(from), Date.parse(to)), expected)
    })
  }
})
