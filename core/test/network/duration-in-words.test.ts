import assert from 'node:assert/strict'
import { durationInWords } from '@pons/core'

describe('a length of time in words', () => {
  for (const [seconds, words] of [
    [604_800, '7 days'],
    [86_400, '1 day'],
    [3600, '1 hour'],
    [90, '90 seconds'],
    [120, '2 minutes'],
    [1, '1 second'],
    [0, '0 seconds'],
  ] as const) {
    it(words, () => assert.equal(durationInWords(seconds), words))
  }
})
