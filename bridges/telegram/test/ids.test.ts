import assert from 'node:assert/strict'
import { loginId, remoteUserId } from '@pons/core'
import fc from 'fast-check'
import { configProblem } from '../src/config.ts'
import { chatKeyOf, ghostSuffixOf, messageIdOf, numberOfMessage, peerOfChat, userOfGhostSuffix } from '../src/ids.ts'

const login = loginId('7')

const peer = fc
  .tuple(fc.constantFrom('u', 'g', 'c'), fc.bigInt({ min: 1n, max: 2n ** 62n }))
  .map(([kind, id]) => `${kind}${id}` as `u${string}`)

describe('ids of Telegram', () => {
  it('come back from a ghost’s name, a chat and a message as they went', () => {
    fc.assert(
      fc.property(peer, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (one, number) => {
        assert.equal(userOfGhostSuffix(ghostSuffixOf(remoteUserId(one))), one)
        assert.equal(peerOfChat(chatKeyOf(one, loginId('1'))), one)
        assert.equal(numberOfMessage(messageIdOf(one, number, login), one, login), number)
      }),
    )
  })

  it('of messages belong to the box they count in', () => {
    const ofGroup = messageIdOf('g1', 45, login)
    assert.equal(numberOfMessage(ofGroup, 'g1', login), 45)
    assert.equal(numberOfMessage(ofGroup, 'u9', login), 45, 'private chats and basic groups of an account share a box')
    assert.equal(numberOfMessage(ofGroup, 'c1', login), undefined)
    assert.equal(numberOfMessage(ofGroup, 'g1', loginId('8')), undefined, 'another account counts for itself')
    const ofChannel = messageIdOf('c1', 45, login)
    assert.equal(ofChannel, messageIdOf('c1', 45, loginId('8')), 'a channel counts for all')
    assert.equal(numberOfMessage(ofChannel, 'c2', login), undefined)
  })

  it('belong to a login where each account counts for itself', () => {
    assert.equal(chatKeyOf('u1', loginId('7')).receiver, '7')
    assert.equal(chatKeyOf('g1', loginId('7')).receiver, '7')
    assert.equal(chatKeyOf('c1', loginId('7')).receiver, undefined)
  })

  for (const name of ['', 'bob', '12a', 'channel-', '99999999999999999999', 'group-x']) {
    it(`knows that nobody is called ${JSON.stringify(name)}`, () => assert.equal(userOfGhostSuffix(name), undefined))
  }

  it('lets only a server of this machine stand in for Telegram', () => {
    const base = { chats_after_login: 1, max_media_bytes: 1024 }
    const key = { n: '1', e: 3, fingerprint: '1' }
    assert.equal(configProblem({ ...base, server: { host: '127.0.0.1', port: 1, key } }), undefined)
    assert.match(configProblem({ ...base, server: { host: 'telegram.example', port: 1, key } }) ?? '', /this machine/)
  })
})
