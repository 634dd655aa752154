import assert from 'node:assert/strict'
import { loginId, remoteUserId } from '@pons/core'
import fc from 'fast-check'
import { configProblem } from '../src/config.ts'
import {
  chatKeyOf,
  ghostSuffixOf,
  jidOf,
  jidOfChat,
  jidOfUser,
  loginIdOf,
  userIdOf,
  userOfGhostSuffix,
  type Jid,
} from '../src/ids.ts'
import { messageIdFor } from '../src/protocol/message-id.ts'

const digits = fc.bigInt({ min: 10_000n, max: 10n ** 18n }).map(String)
const person = fc
  .tuple(digits, fc.constantFrom('lid', 's.whatsapp.net'))
  .map(([user, server]) => `${user}@${server}` as Jid)
const group = fc.tuple(digits, fc.option(digits)).map(([a, b]) => `${a}${b === null ? '' : `-${b}`}@g.us` as Jid)
const login = loginId('90000000000001')

describe('ids of WhatsApp', () => {
  it('come back from a ghost’s name and a chat as they went', () => {
    fc.assert(
      fc.property(person, (jid) => {
        assert.equal(userOfGhostSuffix(ghostSuffixOf(userIdOf(jid))), jid)
        assert.equal(jidOfUser(userIdOf(jid)), jid)
        assert.equal(jidOfChat(chatKeyOf(jid, login)), jid)
      }),
    )
    fc.assert(fc.property(group, (jid) => assert.equal(jidOfChat(chatKeyOf(jid, login)), jid)))
  })

  it('know an address under all its spellings', () => {
    assert.equal(jidOf('15550000001:3@s.whatsapp.net'), '15550000001@s.whatsapp.net')
    assert.equal(jidOf('15550000001@c.us'), '15550000001@s.whatsapp.net')
    assert.equal(jidOf('90000000000001_1:12@lid'), '90000000000001@lid')
    assert.equal(jidOf('90000000000001:99@hosted.lid'), '90000000000001@lid')
  })

  for (const text of ['', 'status@broadcast', '1@newsletter', 'x@lid', '1-2@lid', '@s.whatsapp.net', '1@g.us@lid']) {
    it(`know that ${JSON.stringify(text)} is neither a person nor a group`, () => assert.equal(jidOf(text), undefined))
  }

  for (const name of ['', 'bob', 'lid-', 'group-1', '123456789012345678901', 'lid-x1']) {
    it(`know that nobody is called ${JSON.stringify(name)}`, () => assert.equal(userOfGhostSuffix(name), undefined))
  }

  it('refuse what is nobody’s', () => {
    assert.throws(() => jidOfUser(remoteUserId('1203@g.us')), RangeError)
    assert.throws(() => jidOfChat({ chat: chatKeyOf('1@lid', login).chat.replace('1', 'one') as never }), RangeError)
  })

  it('belong to a login where the chat has two sides', () => {
    assert.equal(chatKeyOf('1@lid', login).receiver, login)
    assert.equal(chatKeyOf('1@g.us', login).receiver, undefined)
  })

  it('call a login by its opaque id, which outlives the number', () => {
    assert.equal(loginIdOf({ phone: '15550000001@s.whatsapp.net', lid: '90000000000001@lid' }), '90000000000001')
    assert.equal(loginIdOf({ phone: '15550000001@s.whatsapp.net' }), '15550000001')
  })

  it('are made of the action’s key, the same each time, in the form of WhatsApp’s own', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        assert.match(messageIdFor(one), /^3EB0[0-9A-F]{18}$/)
        assert.equal(messageIdFor(one) === messageIdFor(other), one === other)
      }),
    )
  })

  for (const [url, isAllowed] of [
    ['ws://127.0.0.1:1234/ws/chat', true],
    ['ws://localhost:1/', true],
    ['wss://[::1]:1/', true],
    ['wss://web.whatsapp.com/ws/chat', false],
    ['ws://127.0.0.1.example.org/', false],
    ['ws://localhost@example.org/', false],
    ['https://127.0.0.1/', false],
    ['nonsense', false],
  ] as const) {
    it(`${isAllowed ? 'lets' : 'does not let'} ${url} stand in for WhatsApp`, () => {
      const config = { chats_after_login: 1, history_messages: 1, max_media_bytes: 1024, server: { url } }
      const problem = configProblem(config)
      if (isAllowed) assert.equal(problem, undefined)
      else assert.match(problem ?? '', /this machine/)
    })
  }
})
