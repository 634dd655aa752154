import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import type { Content } from '../src/protocol/incoming.ts'
import { Protocol } from '../src/protocol/kinds.ts'
import { friend, from, stage } from './from-network/understanding.ts'

describe('what is edited in WhatsApp', () => {
  it('edits, in either form', async () => {
    const { hear } = await stage()
    const protocolMessage = {
      type: Protocol.MESSAGE_EDIT,
      key: { id: 'AAAA', fromMe: true },
      editedMessage: { extendedTextMessage: { text: 'mended' } },
    }
    for (const content of [{ protocolMessage }, { editedMessage: { message: { protocolMessage } } }]) {
      const [event] = await hear(from(friend, content))
      assert.ok(event?.kind === 'edit')
      assert.deepEqual([event.target, plainText(event.document)], ['AAAA', 'mended'])
    }
  })

  it('an edit that brings a caption and nothing else keeps the picture; one that brings the picture brings it', async () => {
    const { hear } = await stage()
    const edit = (editedMessage: Content): Content => ({
      protocolMessage: { type: Protocol.MESSAGE_EDIT, key: { id: 'AAAA', fromMe: true }, editedMessage },
    })
    const keys = { mediaKey: Buffer.alloc(32, 1), directPath: '/v/picture', mimetype: 'image/jpeg' }
    for (const [content, hasMedia] of [
      [{ imageMessage: { caption: 'mended' } }, false],
      [{ videoMessage: { caption: 'mended', mimetype: 'video/mp4' } }, false],
      [{ conversation: 'mended' }, false],
      [{ imageMessage: { caption: 'mended', ...keys } }, true],
    ] satisfies [Content, boolean][]) {
      const [event] = await hear(from(friend, edit(content)))
      assert.ok(event?.kind === 'edit')
      assert.equal(plainText({ ...event.document, media: undefined } as never), 'mended')
      assert.equal(event.document.media !== undefined, hasMedia)
      assert.equal(event.keepsMedia === true, !hasMedia)
    }
  })

  for (const [name, editedMessage] of [
    ['nobody knows', { requestPhoneNumberMessage: {} }],
    ['is a poll without answers', { pollCreationMessageV3: { name: 'When?' } }],
    ['is a poll without a question', { pollCreationMessageV3: { options: [{ optionName: 'now' }] } }],
    ['is a place without coordinates', { locationMessage: { name: 'A place' } }],
    ['is a live place without coordinates', { liveLocationMessage: { caption: 'here' } }],
    ['is an event without a name', { eventMessage: { description: 'later' } }],
  ] satisfies [string, Content][]) {
    it(`an edit that ${name} changes nothing, and is told`, async () => {
      const { hear } = await stage()
      const protocolMessage = { type: Protocol.MESSAGE_EDIT, key: { id: 'AAAA', fromMe: true }, editedMessage }
      const events = await hear(from(friend, { protocolMessage }))
      assert.deepEqual(
        events.map((event) => event.kind === 'notice' && event.text),
        ['Friend changed a message in a way that cannot be shown here'],
      )
    })
  }

  for (const [name, editedMessage, says] of [
    ['poll', { pollCreationMessageV3: { name: 'When?', options: [{ optionName: 'now' }] } }, '📊 When?\n\n• now'],
    ['live place', { liveLocationMessage: { degreesLatitude: 1.5, degreesLongitude: 2.5, caption: 'here' } }, /^here/],
  ] satisfies [string, Content, string | RegExp][]) {
    it(`an edit of a whole ${name} is one`, async () => {
      const { hear } = await stage()
      const protocolMessage = { type: Protocol.MESSAGE_EDIT, key: { id: 'AAAA', fromMe: true }, editedMessage }
      const [event] = await hear(from(friend, { protocolMessage }))
      assert.ok(event?.kind === 'edit')
      if (typeof says === 'string') assert.equal(plainText(event.document), says)
      else assert.match(plainText(event.document), says)
    })
  }
})
