import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  aliasSuffixOf,
  chatKeyOf,
  ghostSuffixOf,
  identifierOfAliasSuffix,
  loginIdOf,
  targetOf,
  userIdOf,
  userOfGhostSuffix,
} from '../src/ids.ts'
import { fold } from '../src/protocol/casemapping.ts'

const network = fc.stringMatching(/^[a-z0-9-]{1,32}$/)
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed())

describe('ids', () => {
  it('come back from ghosts whatever the nick', () => {
    fc.assert(
      fc.property(network, name, (of, nick) => {
        const user = userIdOf({ network: of, name: nick })
        assert.deepEqual(targetOf(user), { network: of, name: nick })
        const suffix = ghostSuffixOf(user)
        assert.match(suffix, /^[a-z0-9._=\-/+]+$/)
        assert.equal(userOfGhostSuffix(suffix), user)
      }),
    )
  })

  it('come back from aliases whatever the channel', () => {
    fc.assert(
      fc.property(network, name, (of, channel) => {
        const chat = chatKeyOf({ network: of, name: `#${channel}` })
        const suffix = aliasSuffixOf(chat) ?? ''
        assert.ok(!/[:\0\s]/.test(suffix))
        assert.equal(identifierOfAliasSuffix(suffix), `${of}/#${channel}`)
      }),
    )
  })

  it('keep the spelling of a channel, and take a name without its sign', () => {
    assert.equal(aliasSuffixOf(chatKeyOf({ network: 'libera', name: '#matrix' })), 'libera_#matrix')
    assert.equal(identifierOfAliasSuffix('libera_matrix'), 'libera/#matrix')
    assert.equal(identifierOfAliasSuffix('Libera_#Matrix'), 'libera/#Matrix')
    assert.equal(identifierOfAliasSuffix('libera_%23%23matrix'), 'libera/##matrix')
    assert.equal(identifierOfAliasSuffix('libera_#50%23'), 'libera/#50%23')
    assert.equal(identifierOfAliasSuffix('libera'), undefined)
    assert.equal(identifierOfAliasSuffix('Li bera_x'), undefined)
  })

  it('give private chats a receiver and no alias', () => {
    const chat = chatKeyOf({ network: 'net', name: 'ann' }, loginIdOf('net', '@alice:test'))
    assert.deepEqual(chat, { chat: 'net/ann', receiver: 'net/@alice:test' })
    assert.equal(aliasSuffixOf(chat), undefined)
  })

  const folds = [
    { mapping: 'ascii', given: 'Nick[A]\\~Ä', expected: 'nick[a]\\~Ä' },
    { mapping: 'rfc1459', given: 'Nick[A]\\~Ä', expected: 'nick{a}|^Ä' },
    { mapping: 'rfc1459-strict', given: 'Nick[A]\\~Ä', expected: 'nick{a}|~Ä' },
  ] as const
  for (const { mapping, given, expected } of folds)
    it(`folds by ${mapping}`, () => assert.equal(fold(given, mapping), expected))
})
