import assert from 'node:assert/strict'
import { parseChatWish } from '../src/address/parse-chat-wish.ts'

describe('where somebody wants to go, as they write or paste it', () => {
  for (const [text, network, name, key] of [
    ['#chan', undefined, '#chan'],
    ['libera/#chan key', 'libera', '#chan', 'key'],
    ['libera #Chan', 'libera', '#Chan'],
    ['libera nick', 'libera', 'nick'],
    ['irc://irc.example.org/chan', 'irc://irc.example.org', '#chan'],
    ['IRCS://irc.example.org:6697/#chan', 'ircs://irc.example.org:6697', '#chan'],
    ['irc://irc.example.org/%23chan', 'irc://irc.example.org', '#chan'],
    ['irc://irc.example.org/%23%23c%26d', 'irc://irc.example.org', '##c&d'],
    ['irc://irc.example.org/chan,needkey?key=a%20b', 'irc://irc.example.org', '#chan', 'a b'],
    ['irc://irc.example.org/#chan?secret', 'irc://irc.example.org', '#chan', 'secret'],
    ['irc://irc.example.org/ann,isnick', 'irc://irc.example.org', 'ann'],
    ['irc://irc.example.org/50%', 'irc://irc.example.org', '#50%'],
  ] as [string, string | undefined, string, string?][]) {
    it(text, () => assert.deepEqual(parseChatWish(text), { network, name, key }))
  }
})
