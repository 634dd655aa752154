import assert from 'node:assert/strict'
import { codeOf, pauseMs, verdictOn } from '../../src/protocol/disconnect.ts'

describe('the end of a connection to WhatsApp', () => {
  for (const { code, next, words } of [
    { code: 515, next: 'reconnect', words: /asked/ },
    { code: 428, next: 'reconnect', words: /lost/ },
    { code: 408, next: 'reconnect', words: /lost/ },
    { code: 503, next: 'reconnect', words: /lost/ },
    { code: 500, next: 'reconnect', words: /lost/ },
    { code: undefined, next: 'reconnect', words: /lost/ },
    { code: 440, next: 'yield', words: /another program/ },
    { code: 401, next: 'log-in-again', words: /removed/ },
    { code: 403, next: 'stop', words: /banned/ },
    { code: 402, next: 'stop', words: /blocked/ },
    { code: 463, next: 'stop', words: /restricted/ },
    { code: 405, next: 'stop', words: /update/ },
    { code: 409, next: 'stop', words: /update/ },
    { code: 411, next: 'stop', words: /update WhatsApp/ },
  ] as const) {
    it(`with ${code ?? 'no code'} means: ${next}`, () => {
      const verdict = verdictOn(code)
      assert.equal(verdict.do, next)
      assert.match(verdict.message, words)
      if (verdict.do === 'reconnect') assert.equal(verdict.isAtOnce, code === 515)
    })
  }

  it('says its number in either of two places', () => {
    assert.equal(codeOf({ output: { statusCode: 401 } }), 401)
    assert.equal(codeOf({ output: { statusCode: 500 }, data: 404 }), 404)
    assert.equal(codeOf(new Error('no number')), undefined)
  })

  it('is followed by longer and longer pauses, none at the same moment for all', () => {
    const middle = Array.from({ length: 12 }, (_, failures) => pauseMs(failures, () => 0.5))
    assert.deepEqual(middle.slice(0, 4), [1000, 2000, 4000, 8000])
    assert.equal(middle.at(-1), 300_000)
    assert.equal(
      pauseMs(0, () => 0),
      750,
    )
    assert.ok(pauseMs(0, () => 0.999) > 1200)
  })
})
