import assert from 'node:assert/strict'
import type { WAMessage } from '@whiskeysockets/baileys'
import type { Jid } from '../src/ids.ts'
import type { Content } from '../src/protocol/incoming.ts'
import { Stub } from '../src/protocol/kinds.ts'
import { friend, friendPhone, from, group, login, other, self, stage } from './from-network/understanding.ts'

describe('the id of a WhatsApp message is its sender’s choice', () => {
  it('an answer, a reaction and a receipt say whose message they are about, as far as that can be compared', async () => {
    const { hear, known } = await stage()
    const byFriend = { participant: friend }
    const answer = (contextInfo: object): Content => ({
      extendedTextMessage: { text: 'an answer', contextInfo: { stanzaId: 'AAAA', ...contextInfo } },
    })
    const answered = async (message: WAMessage) => {
      const [event] = await hear(message)
      assert.ok(event?.kind === 'message')
      return [event.replyTo, event.replyToAuthor]
    }
    assert.deepEqual(await answered(from(group, answer({ participant: other }), byFriend)), ['AAAA', other])
    assert.deepEqual(await answered(from(group, answer({ participant: self.phone }), byFriend)), ['AAAA', self.lid])
    assert.deepEqual(await answered(from(group, answer({ participant: friendPhone }), byFriend)), ['AAAA', undefined])
    known.people.learn({ jid: friend, alternative: friendPhone })
    assert.deepEqual(await answered(from(group, answer({ participant: friendPhone }), byFriend)), ['AAAA', friend])
    assert.deepEqual(await answered(from(friend, answer({ participant: friendPhone }))), ['AAAA', friend])
    assert.deepEqual(await answered(from(friend, answer({}))), ['AAAA', undefined])
    const elsewhere = { participant: friend, remoteJid: group }
    assert.deepEqual(await answered(from(friend, answer(elsewhere))), [undefined, undefined], 'of another chat')
    assert.deepEqual(await answered(from(group, answer(elsewhere), byFriend)), ['AAAA', friend])
    const reacted = async (message: WAMessage) => {
      const [event] = await hear(message)
      return event?.kind === 'reaction' && event.targetAuthor
    }
    const react = (key: object): Content => ({ reactionMessage: { key: { id: 'AAAA', ...key }, text: '👍' } })
    assert.equal(await reacted(from(group, react({ participant: other }), byFriend)), other)
    assert.equal(await reacted(from(group, react({ fromMe: true }), byFriend)), self.lid)
    assert.equal(await reacted(from(friend, react({ fromMe: false }))), friend)
    assert.equal(await reacted(from(friend, react({ fromMe: true }))), self.lid)
  })

  it('a status post, whatever way it comes, is nothing in the private chat with whoever posted it', async () => {
    const { hear } = await stage()
    const post = { remoteJid: 'status@broadcast', participant: friend, id: 'AAAA' }
    assert.deepEqual(await hear(from(friend, { conversation: 'a status' }, post)), [])
    const list = { ...post, remoteJid: '1234@broadcast' }
    const [said] = await hear(from(friend, { conversation: 'to many' }, list))
    assert.deepEqual([said?.kind, said?.chat.chat, said?.idBy], ['message', friend, friend])
  })

  it('it is known by its sender, too: in the line of what could not be decrypted, and in what else has its id', async () => {
    const { hear, host } = await stage()
    const hidden = (chat: Jid, key: object) =>
      ({ ...from(chat, {}, { id: 'AAAA', ...key }), message: null, messageStubType: Stub.CIPHERTEXT }) as WAMessage
    const [line] = await hear(hidden(group, { participant: friend }))
    assert.deepEqual([line?.kind, line?.idBy], ['message', friend])
    const words = from(group, { conversation: 'of another' }, { id: 'AAAA', participant: other })
    const [said] = await hear(words)
    assert.deepEqual([said?.kind, said?.idBy], ['message', other])
    assert.deepEqual(await hear(hidden(group, { participant: other })), [], 'known by then')
    const [real] = await hear(from(group, { conversation: 'the words' }, { id: 'AAAA', participant: friend }))
    assert.ok(real?.kind === 'edit')
    assert.equal(real.targetAuthor, friend)
    assert.deepEqual(await host.store.list(`login/${login}/placeholder/`), [])
  })

  it('finds the line again where a chat was known by its number when it was written', async () => {
    const { hear, known } = await stage()
    const hidden = { ...from(friendPhone, {}, { id: 'AAAA' }), message: null, messageStubType: Stub.CIPHERTEXT }
    await hear(hidden as WAMessage)
    known.people.learn({ jid: friend, alternative: friendPhone })
    const [real] = await hear(from(friend, { conversation: 'the words' }, { id: 'AAAA' }))
    assert.ok(real?.kind === 'edit')
    assert.deepEqual([real.target, real.targetAuthor, real.chat.chat], ['AAAA', friend, friend])
  })

  it('somebody is never taken for the account, which the library may name beside them', async () => {
    const { hear, known } = await stage()
    const alternative = { remoteJidAlt: self.phone, fromMe: true }
    const [own] = await hear(from(friend, { conversation: 'from the phone' }, alternative))
    assert.deepEqual([own?.chat.chat, own?.idBy], [friend, self.lid])
    assert.equal(known.people.idOf(self.phone), self.lid)
    assert.equal(known.people.phoneOf(friend), undefined)
  })
})
