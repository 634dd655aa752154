import assert from 'node:assert/strict'
import { usernameIn } from '../src/find-peer.ts'

describe('a user name, as people write and copy it', () => {
  for (const text of [
    'Ada_L',
    '@Ada_L',
    't.me/Ada_L',
    'https://t.me/Ada_L/',
    'https://t.me/s/Ada_L',
    'https://t.me/Ada_L/123?single',
    'http://www.telegram.me/Ada_L?start=x',
    'https://telegram.dog/@Ada_L',
    'https://Ada_L.t.me',
    'tg://resolve?domain=Ada_L',
    'tg:resolve?start=1&domain=Ada_L&post=5',
  ])
    it(text, () => assert.equal(usernameIn(text), 'Ada_L'))

  for (const text of [
    '+1 555 0000001',
    'https://t.me/+15550000001',
    'https://t.me/joinchat/AbCdEf',
    'https://example.org/Ada_L',
    'a b',
  ])
    it(`is not in ${text}`, () => assert.equal(usernameIn(text), undefined))
})
