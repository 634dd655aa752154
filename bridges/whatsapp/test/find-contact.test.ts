import assert from 'node:assert/strict'
import { phoneDigitsIn } from '../src/find-contact.ts'

describe('a phone number, as people write and copy it', () => {
  for (const text of [
    '+1 (555) 000-0001',
    '1.555.000.0001',
    'https://wa.me/15550000001',
    'wa.me/+15550000001?text=hi',
    'https://api.whatsapp.com/send?phone=%2B15550000001&text=hi',
    'https://api.whatsapp.com/send/?text=hi&phone=15550000001',
    'whatsapp://send?phone=15550000001',
    '15550000001@s.whatsapp.net',
  ])
    it(text, () => assert.equal(phoneDigitsIn(text), '15550000001'))

  for (const text of ['Ada', 'https://example.org/15550000001', 'https://wa.me/message/ABC', '12'])
    it(`is not in ${text}`, () => assert.equal(phoneDigitsIn(text), undefined))
})
