import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { decodeLine, encodeLine, legible, withoutStandIns } from '../../src/protocol/decode-line.ts'

/** Each character a byte. */
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

describe('lines that are not UTF-8', () => {
  for (const [line, expected] of [
    [':a!b@c PRIVMSG #chan :caf\xe9 \x80 \x93quoted\x94', ':a!b@c PRIVMSG #chan :café € “quoted”'],
    [':a!b@c PRIVMSG #chan caf\xe9', ':a!b@c PRIVMSG #chan café'],
    [':a!b@c TOPIC #chan :\xfcber', ':a!b@c TOPIC #chan :über'],
    [':a!b@c QUIT :tsch\xfcss', ':a!b@c QUIT :tschüss'],
    [`:a!b@c PRIVMSG #caf\xe9 :${utf8('größer → 3')}`, ':a!b@c PRIVMSG #café :größer → 3'],
    [`:${utf8('jürgen')}!b@c PRIVMSG #chan :caf\xe9`, ':jürgen!b@c PRIVMSG #chan :café'],
    [':\xe9!b@c JOIN :#caf\xe9', ':é!b@c JOIN :#café'],
    [`:irc 353 me = #c :@\xe9 ${utf8('é')} b`, ':irc 353 me = #c :@é é b'],
    [':a!b@c PRIVMSG #chan :\xff\xfe\x81', ':a!b@c PRIVMSG #chan :ÿþ\x81'],
    ['PING :\xe9\xe9', 'PING :éé'],
    ['\xe9', 'é'],
    ['', ''],
  ] as const) {
    it(`are read: ${JSON.stringify(line)}`, () => assert.equal(legible(decodeLine(bytes(line))), expected))
  }

  it('are left alone where they only look so', () => {
    const line = '@msgid=1 :a!b@c PRIVMSG #chan :x \uF7E9'
    assert.equal(decodeLine(Buffer.from(line)), line)
  })

  it('name nobody who is called otherwise', () => {
    const names = ['caf\xe9', utf8('café'), utf8('caf\uF7E9'), utf8('caf\uF7C3\uF7A9'), '\xc3\xa9\xe9', 'caf\xc3']
    const decoded = names.map((name) => decodeLine(bytes(`:${name}!b@c JOIN #c`)))
    assert.equal(new Set(decoded).size, names.length)
  })

  it('give their names back as the bytes that came', () => {
    for (let round = 0; round < 500; round++) {
      const name = Buffer.from(randomBytes(1 + (round % 12)).filter((byte) => byte > 0x20 && byte !== 0x3a))
      const line = Buffer.concat([bytes(':'), name, bytes('!b@c MODE #'), name, bytes(' +o '), name])
      assert.deepEqual(Buffer.from(encodeLine(decodeLine(line))), line)
    }
  })

  it('and what people write stands for no bytes', () => {
    assert.equal(withoutStandIns('a\uF78D\uF78Ab'), 'a\uFFFDb')
  })
})
