import assert from 'node:assert/strict'
import { shownName } from '@pons/core'

describe('a name among other words', () => {
  const cases: [string, string, string][] = [
    ['Ada\nBob: I owe you', 'Ada Bob: I owe you', 'is one line'],
    ['  Ada \u2028 Lovelace\t', 'Ada Lovelace', 'has one space between words'],
    ['Ada\u202e\u2066evil\u2069', 'Adaevil', 'turns nothing around'],
    ['A\u200bd\u2060a\ufeff', 'Ada', 'hides nothing'],
    ['\u3164\u2800 \u200d', '', 'is nothing where nothing would be seen'],
    ['👩‍👧 می‌خواهم ❤️', '👩‍👧 می‌خواهم ❤️', 'keeps what joins emoji and letters'],
    [`${'x'.repeat(249)}👨‍👩‍👧`, 'x'.repeat(249), 'is not cut within a character'],
    ['<b>%s ${name}</b> *x* @everyone', '<b>%s ${name}</b> *x* @everyone', 'stays what it is'],
  ]
  for (const [given, shown, what] of cases) it(what, () => assert.equal(shownName(given), shown))
})
