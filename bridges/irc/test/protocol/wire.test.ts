import fc from 'fast-check'
import assert from 'node:assert/strict'
import { parseTestLine } from '../../../../test/src/irc/irc-line.ts'
import { powerLevelOf } from '../../src/chat-info/power-level-of.ts'
import { rankOf } from '../../src/chat-info/rank-of.ts'
import { backoffMs } from '../../src/protocol/backoff.ts'
import { addTokens, readFeatures } from '../../src/protocol/features.ts'
import { FloodBudget } from '../../src/protocol/flood-budget.ts'
import { formatLine } from '../../src/protocol/line.ts'
import { parseModeChanges } from '../../src/protocol/mode-changes.ts'
import { alternativeNick, NickChoice, toNick } from '../../src/protocol/nick-choice.ts'
import { ManualClock } from '../../../../matrix/test/manual-clock.ts'

describe('lines to the server', () => {
  it('can neither be ended early nor be given more parameters by what stands in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 4 }), (params) => {
        const line = formatLine('TOPIC', params)
        assert.ok(!/[\r\n\0]/.test(line))
        const read = parseTestLine(line)
        assert.equal(read.command, 'TOPIC')
        assert.equal(read.params.length, params.length)
        assert.equal(read.params.at(-1), params.at(-1)?.replaceAll(/[\r\n\0]+/g, ' '))
      }),
    )
  })

  it('carry tags whatever their value', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (value) => {
        const read = parseTestLine(formatLine('PRIVMSG', ['#a', 'x'], { label: value }))
        assert.equal(read.tags.get('label'), value.replaceAll('\0', ''))
      }),
    )
  })
})

describe('the flood budget', () => {
  const limits = { burstLines: 3, linesPerSecond: 2, burstBytes: 10_000, bytesPerSecond: 1000 }

  it('lets a burst pass and then holds to the rate', () => {
    const clock = new ManualClock()
    const written: string[] = []
    const budget = new FloodBudget(limits, clock, (line) => written.push(line))
    for (let count = 0; count < 8; count++) budget.enqueue('#a', [`${count}`])
    assert.equal(written.length, 3)
    clock.advance(1000)
    assert.equal(written.length, 5)
    clock.advance(10_000)
    assert.deepEqual(written, ['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  it('gives each channel its turn and keeps the order within one', () => {
    const clock = new ManualClock()
    const written: string[] = []
    const budget = new FloodBudget({ ...limits, burstLines: 1 }, clock, (line) => written.push(line))
    for (let count = 0; count < 4; count++) budget.enqueue('#a', [`a${count}`])
    budget.enqueue('#b', ['b0'])
    clock.advance(60_000)
    assert.ok(written.indexOf('b0') <= 2, written.join())
    assert.deepEqual(
      written.filter((line) => line.startsWith('a')),
      ['a0', 'a1', 'a2', 'a3'],
    )
  })

  it('counts bytes too', () => {
    const clock = new ManualClock()
    const written: string[] = []
    const budget = new FloodBudget(
      { ...limits, burstLines: 100, burstBytes: 500, bytesPerSecond: 100 },
      clock,
      (line) => written.push(line),
    )
    for (let count = 0; count < 3; count++) budget.enqueue('#a', ['x'.repeat(498)])
    assert.equal(written.length, 1)
    clock.advance(4000)
    assert.equal(written.length, 2)
  })

  it('never parts lines that belong together', () => {
    const clock = new ManualClock()
    const written: string[] = []
    const budget = new FloodBudget({ ...limits, burstLines: 1 }, clock, (line) => written.push(line))
    budget.enqueue('#a', ['a', 'ping a'])
    budget.enqueue('#b', ['b', 'ping b'])
    clock.advance(60_000)
    assert.deepEqual(written, ['a', 'ping a', 'b', 'ping b'])
  })
})

describe('what servers tell of themselves', () => {
  it('is read from 005, and taken back again', () => {
    const tokens = new Map<string, string>()
    addTokens(tokens, [
      'CASEMAPPING=ascii',
      'PREFIX=(qaohv)~&@%+',
      'CHANMODES=be,k,Hl,imnpst',
      'NICKLEN=20',
      'MONITOR=30',
      'NETWORK=A\\x20B',
    ])
    const features = readFeatures(tokens)
    assert.equal(features.caseMapping, 'ascii')
    assert.equal(features.prefixes.length, 5)
    assert.equal(features.networkName, 'A B')
    assert.ok(features.hasMonitor)
    addTokens(tokens, ['-MONITOR'])
    assert.ok(!readFeatures(tokens).hasMonitor)
  })

  it('is read where it is odd, too', () => {
    const read = (...params: string[]) => {
      const tokens = new Map<string, string>()
      addTokens(tokens, params)
      return readFeatures(tokens)
    }
    const symbols = (...params: string[]): string =>
      read(...params)
        .prefixes.map(({ symbol }) => symbol)
        .join('')
    assert.deepEqual([symbols('PREFIX'), symbols('PREFIX='), symbols('PREFIX=@+'), symbols()], ['', '', '@+', '@+'])
    const limits = [
      ['TARGMAX=PRIVMSG:4,JOIN:2', 2],
      ['TARGMAX=PRIVMSG:4,JOIN:', Infinity],
      ['TARGMAX=PRIVMSG:4', Infinity],
      ['MAXTARGETS=3', 3],
    ] as const
    for (const [token, limit] of limits) assert.equal(read(token).joinTargets, limit, token)
    assert.equal(read().joinTargets, Infinity)
    for (const mapping of ['RFC1459', '']) assert.equal(read(`CASEMAPPING=${mapping}`).fold('A[]'), 'a{}')
    for (const mapping of ['rfc7613', 'rfc8265'])
      assert.equal(read(`CASEMAPPING=${mapping}`).fold('JÜRGEN[]'), 'jürgen[]')
  })

  it('tells for whom a line to a channel is', () => {
    const read = (tokens: Record<string, string>) => readFeatures(new Map(Object.entries(tokens)))
    const plain = read({ PREFIX: '(ohv)@%+' })
    const odd = read({ PREFIX: '(ov)@+', STATUSMSG: '@+', CHANTYPES: '#&!+' })
    assert.deepEqual(
      ['@#a', '%#a', '@%#a', '#a', '@ann', '+a'].map((target) => plain.statusOf(target)),
      ['@', '%', '@%', '', '', ''],
    )
    assert.deepEqual(
      ['+#a', '+a', '@+a'].map((target) => odd.statusOf(target)),
      ['+', '', '@'],
    )
  })

  it('puts ranks that a server has invented between those that they stand between', () => {
    const levels = (prefix: string, ranks: string) => {
      const features = readFeatures(new Map([['PREFIX', prefix]]))
      return Array.from(ranks, (rank) => powerLevelOf(new Set([rank]), features))
    }
    assert.deepEqual(levels('(Yqaohv)!~&@%+', 'Yqaohv'), [96, 95, 75, 50, 25, 1])
    assert.deepEqual(levels('(yov)!@+', 'yov'), [51, 50, 1])
    assert.deepEqual(levels('(oXv)@=+', 'oXv'), [50, 10, 1])
    const features = readFeatures(new Map([['PREFIX', '(Yqov)!~@+']]))
    assert.deepEqual(
      [100, 60, 20, 0].map((level) => rankOf(level, features)),
      ['q', 'o', 'v', undefined],
    )
  })

  it('tells which modes take a parameter', () => {
    const tokens = new Map([
      ['CHANMODES', 'be,k,Hl,imnpst'],
      ['PREFIX', '(ov)@+'],
    ])
    assert.deepEqual(
      parseModeChanges('+ov-kl+Hm', ['ann', 'bob', 'key', '5:1d'], readFeatures(tokens)).map(
        ({ isSet, mode, param }) => `${isSet ? '+' : '-'}${mode}${param ?? ''}`,
      ),
      ['+oann', '+vbob', '-kkey', '-l', '+H5:1d', '+m'],
    )
  })
})

describe('pauses and nicks', () => {
  it('pauses double up to the longest, with a random half', () => {
    const options = { firstMs: 1000, longestMs: 60_000 }
    assert.deepEqual(
      [0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, options, () => 1)),
      [1000, 2000, 4000, 60_000, 60_000],
    )
    assert.equal(
      backoffMs(3, options, () => 0),
      4000,
    )
  })

  it('a nick is narrowed down by what refuses it', () => {
    const choice = new NickChoice('Very_Long|RelayNick', () => 0)
    const erroneous = Array.from({ length: 7 }, () => choice.next(true, 30))
    assert.deepEqual(erroneous, ['Very_Long', 'VeryLongR', 'VeryLong', 'VeryLon', 'VeryLo', 'VeryL', 'Very'])
    assert.deepEqual([choice.next(false, 30), choice.next(false, 30), choice.wanted(30)], ['Ver2', 'Ver3', 'Very'])
  })

  it('alternatives fit the length and differ', () => {
    const nicks = Array.from({ length: 12 }, (_, index) =>
      alternativeNick('abcdefghij', index + 1, 10, () => 0.5 + index / 100),
    )
    assert.equal(new Set(nicks).size, nicks.length)
    assert.ok(nicks.every((nick) => nick.length <= 10))
  })

  it('a nick is made of what servers accept', () => {
    assert.equal(toNick('4 Ünï x\r\nQUIT'), '_n_x_QUIT')
    assert.equal(toNick('日本'), '')
    assert.equal(toNick('x\u0301\u0323'.repeat(80_000)), 'x'.repeat(30))
  })
})
