import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import type { Content } from '../../src/protocol/incoming.ts'
import { friend, from, self, stage } from './understanding.ts'

type About = NonNullable<NonNullable<Content['extendedTextMessage']>['contextInfo']>

describe('a message that WhatsApp says something about', () => {
  const forwarded = (text: string) => [{ text, isQuotation: true }]
  const cases: [string, About, unknown][] = [
    ['is forwarded', { isForwarded: true, forwardingScore: 1 }, forwarded('↪ Forwarded')],
    ['has a score alone', { forwardingScore: 4 }, forwarded('↪ Forwarded')],
    ['is forwarded many times', { isForwarded: true, forwardingScore: 5 }, forwarded('↪ Forwarded many times')],
    [
      'is of a channel',
      { isForwarded: true, forwardedNewsletterMessageInfo: { newsletterName: 'The\nnews\u202e' } },
      forwarded('↪ Forwarded from the channel The news'),
    ],
    ['is nothing of that', { mentionedJid: [] }, undefined],
    [
      'answers a status of one’s own',
      {
        remoteJid: 'status@broadcast',
        stanzaId: 'S1',
        participant: self.phone,
        quotedMessage: { extendedTextMessage: { text: 'on\nholiday' } },
      },
      [{ text: '↩ Answers your status: “on holiday”' }],
    ],
    [
      'answers a status of theirs',
      { remoteJid: 'status@broadcast', stanzaId: 'S1', participant: friend, quotedMessage: { imageMessage: {} } },
      [{ text: '↩ Answers a status of Friend' }],
    ],
  ]
  for (const [what, contextInfo, notes] of cases) {
    it(what, async () => {
      const { hear } = await stage()
      const [event] = await hear(from(friend, { extendedTextMessage: { text: 'look', contextInfo } }))
      assert.ok(event?.kind === 'message')
      assert.equal(plainText(event.document), 'look')
      assert.deepEqual(event.document.notes, notes)
      assert.equal(event.replyTo, undefined)
    })
  }

  it('is a picture with a caption', async () => {
    const { hear } = await stage()
    const contextInfo = { isForwarded: true, forwardingScore: 9 }
    const imageMessage = {
      caption: 'look',
      mimetype: 'image/jpeg',
      contextInfo,
      mediaKey: new Uint8Array(32),
      directPath: '/x',
    }
    const [event] = await hear(from(friend, { imageMessage }))
    assert.ok(event?.kind === 'message')
    assert.deepEqual(event.document.notes, forwarded('↪ Forwarded many times'))
  })
})
